"""Role bindings: which user has which role on which resource."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class RoleBindingRow(Row):
    """`role_id` names a role of `domain/roles.toml`; `resource_name` is "orgs/<id>" or "products/<id>"."""

    __tablename__ = "role_binding"
    __table_args__ = (UniqueConstraint("user_id", "role_id", "resource_name"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    role_id: Mapped[str] = mapped_column(String(26))
    resource_name: Mapped[str] = mapped_column(String(255), index=True)
    create_time: Mapped[datetime]
