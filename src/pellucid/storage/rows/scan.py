"""Scans and the states they went through."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class ScanRow(Row):
    """A scan; `state` repeats the type of its newest state, for queries."""

    __tablename__ = "scan"
    __table_args__ = (Index(None, "image_id", "id"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    image_id: Mapped[str] = mapped_column(ForeignKey("image.id", ondelete="CASCADE"))
    file_id: Mapped[str] = mapped_column(ForeignKey("file.id"), index=True)
    author_id: Mapped[str] = mapped_column(ForeignKey("user.id"))
    create_time: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    finish_time: Mapped[datetime | None]
    advisory_digest: Mapped[str] = mapped_column(String(64), default="")
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ScanStateRow(Row):
    """One step in the life of a scan. A scan enters a state at most once: nothing happens twice."""

    __tablename__ = "scan_state"
    __table_args__ = (Index(None, "scan_id", "type", unique=True),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    scan_id: Mapped[str] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(16))
    create_time: Mapped[datetime]
    author_id: Mapped[str | None] = mapped_column(ForeignKey("user.id"))
    note: Mapped[str] = mapped_column(Text, default="")


class ScanProgressRow(Row):
    """How far a scan is; written a few times a second, thrown away with the scan."""

    __tablename__ = "scan_progress"

    scan_id: Mapped[str] = mapped_column(ForeignKey("scan.id", ondelete="CASCADE"), primary_key=True)
    stage: Mapped[str] = mapped_column(String(16))
    done: Mapped[int]
    known: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    problems: Mapped[int]
