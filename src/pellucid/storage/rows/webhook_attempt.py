"""Attempts: the log of each delivery."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class WebhookAttemptRow(Row):
    """One try of a delivery; `duration` in milliseconds."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index(None, "delivery_id", "id"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    delivery_id: Mapped[str] = mapped_column(ForeignKey("webhook_delivery.id", ondelete="CASCADE"))
    time: Mapped[datetime]
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text, default="")
    duration: Mapped[int]
