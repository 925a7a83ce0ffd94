"""Webhooks: subscriptions to events. Secrets are encrypted before they come here."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pellucid.storage.rows.declarative import Row


class WebhookRow(Row):
    """A subscription of an organization, or of one product of it. The previous secret signs too until its time."""

    __tablename__ = "webhook"
    __table_args__ = (Index(None, "org_id", "id"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    org_id: Mapped[str] = mapped_column(ForeignKey("org.id", ondelete="CASCADE"))
    product_id: Mapped[str | None] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[list[Any]]
    create_time: Mapped[datetime]
    disabled_time: Mapped[datetime | None]
    secret: Mapped[str] = mapped_column(Text)
    previous_secret: Mapped[str | None] = mapped_column(Text)
    previous_secret_until: Mapped[datetime | None]
