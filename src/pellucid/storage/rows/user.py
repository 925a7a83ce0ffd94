"""Users: people, and the service accounts of API clients."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class UserRow(Row):
    """`user_id` is the subject of tokens; `password_hash` is empty for those who have no password here."""

    __tablename__ = "user"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("org.id", ondelete="RESTRICT"), index=True)
    user_id: Mapped[str] = mapped_column(String(255), unique=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(16))
    create_time: Mapped[datetime]
