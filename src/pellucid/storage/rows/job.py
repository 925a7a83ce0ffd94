"""Jobs: what workers have to do, under lease and fencing token."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class JobRow(Row):
    """One job per kind and subject. A running job whose lease has run out may be taken by anybody."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "kind", "subject_id", unique=True), Index(None, "state", "priority", "id"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=0)
    token: Mapped[str] = mapped_column(String(26), default="")
    owner: Mapped[str] = mapped_column(String(64), default="", index=True)
    lease_until: Mapped[datetime | None]
    create_time: Mapped[datetime]
    error: Mapped[str] = mapped_column(Text, default="")
