"""Webhooks: who is told what, and how each delivery went."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventType(StrEnum):
    SCAN_COMPLETED = "scan.completed"
    SCAN_FAILED = "scan.failed"
    FINDING_CREATED = "finding.created"
    ESCALATION_CREATED = "escalation.created"
    TEST = "webhook.test"


SUBSCRIBABLE = (
    EventType.SCAN_COMPLETED,
    EventType.SCAN_FAILED,
    EventType.FINDING_CREATED,
    EventType.ESCALATION_CREATED,
)
"""Events that a webhook may be created for; a test goes to every webhook."""


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """`product_id` "" means every product of the organization. The secret is never part of it.

    `disabled_time` is set once the receiver has answered 410 Gone: nothing new is sent to it then.
    """

    id: str
    org_id: str
    product_id: str
    url: str
    events: tuple[EventType, ...]
    create_time: datetime
    disabled_time: datetime | None = None

    @property
    def scope(self) -> str:
        """The resource name that permissions are asked on; "" is the organization."""
        return f"products/{self.product_id}" if self.product_id else ""


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try. `status` is the HTTP status, None when none came; `duration` in milliseconds."""

    time: datetime
    status: int | None
    error: str
    duration: int


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One event on its way to one webhook. `id` is the `webhook-id` header: the same in every attempt.

    `attempts` counts all tries, those before a replay too; `log` holds the newest of them, newest first.
    """

    id: str
    webhook_id: str
    event: EventType
    state: DeliveryState
    attempts: int
    create_time: datetime
    next_attempt: datetime | None
    last_status: int | None
    last_error: str
    log: tuple[Attempt, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClaimedDelivery:
    """A delivery that a worker may send now.

    `token` fences: the outcome counts only while the lease is held. `tries` counts attempts since the event or its
    last replay, this one included; `secrets` are the encrypted keys to sign with, newest first.
    """

    id: str
    webhook_id: str
    token: str
    url: str
    body: str
    tries: int
    secrets: tuple[str, ...]
