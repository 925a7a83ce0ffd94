"""Rules of organizations: the sets that were given, and the rules of the newest one."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class RuleSetRow(Row):
    """A version of an organization's rules. `files` are all of them (zstd-compressed MessagePack)."""

    __tablename__ = "rule_set"
    __table_args__ = (Index(None, "org_id", "id"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("org.id", ondelete="CASCADE"))
    author_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="RESTRICT"))
    create_time: Mapped[datetime]
    files: Mapped[bytes] = mapped_column(LargeBinary)


class RuleRow(Row):
    """A rule of the newest set; `severity_rank` repeats `severity`, to sort by."""

    __tablename__ = "rule"

    org_id: Mapped[str] = mapped_column(ForeignKey("org.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(String(16))
    severity_rank: Mapped[int]
    type: Mapped[str] = mapped_column(String(32))
    engine: Mapped[str] = mapped_column(String(16))
    file: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)
    is_enabled: Mapped[bool]
    author_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="RESTRICT"))
    update_time: Mapped[datetime]
