"""Deliveries: the outbox of events, one row for each event and webhook."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class WebhookDeliveryRow(Row):
    """An event on its way. `body` is kept as sent, so that every attempt carries the same bytes.

    While `lease_until` lies ahead, the worker that knows `token` is sending; afterwards anybody may take the row.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (Index(None, "state", "next_attempt"), Index(None, "webhook_id", "id"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    create_time: Mapped[datetime]
    next_attempt: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    token: Mapped[str] = mapped_column(String(26), default="")
    last_status: Mapped[int | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
