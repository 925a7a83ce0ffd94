"""Webhooks: who is told what, and how each delivery went."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventType(StrEnum):
    SCAN_COMPLETED = "scan.completed"
    SCAN_FAILED = "scan.failed"
    TEST = "webhook.test"


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """`product_id` "" means every product of the organization. The secret is never part of it."""

    id: str
    org_id: str
    product_id: str
    url: str
    events: tuple[EventType, ...]
    create_time: datetime


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One event on its way to one webhook. `id` is the `webhook-id` header: the same in every attempt."""

    id: str
    webhook_id: str
    event: EventType
    state: DeliveryState
    attempts: int
    create_time: datetime
    next_attempt: datetime | None
    last_status: int | None
    last_error: str
