"""Products: what a vendor ships."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row

ACTIVE = text("is_archived = false")


class ProductRow(Row):
    """A name belongs to one product of an organization at a time; archived products do not hold theirs."""

    __tablename__ = "product"
    __table_args__ = (
        Index("uq_product_active_name", "org_id", "name", unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("org.id", ondelete="RESTRICT"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text)
    author_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="RESTRICT"), index=True)
    create_time: Mapped[datetime]
    is_archived: Mapped[bool]
