"""Webhooks and their deliveries on the wire."""

from collections.abc import Sequence

from pydantic import Field

from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain import webhook as domain


class NewWebhook(Wire):
    """`events` empty or absent: all of them. `productId` empty or absent: every product of the organization."""

    url: str = Field(max_length=4096)
    events: list[str] = Field(default_factory=list, max_length=100)
    product_id: str | None = Field(default=None, max_length=100)


class Webhook(Wire):
    id: str
    parent: str
    url: str
    events: list[str]
    create_time: Time
    is_disabled: bool
    disabled_time: Time | None

    @classmethod
    def of(cls, value: domain.Webhook) -> "Webhook":
        return cls(
            id=value.id,
            parent=value.scope or f"orgs/{value.org_id}",
            url=value.url,
            events=[str(event) for event in value.events],
            create_time=value.create_time,
            is_disabled=value.disabled_time is not None,
            disabled_time=value.disabled_time,
        )


class Webhooks(Wire):
    webhooks: list[Webhook]

    @classmethod
    def of(cls, values: Sequence[domain.Webhook]) -> "Webhooks":
        return cls(webhooks=[Webhook.of(value) for value in values])


class WebhookWithSecret(Wire):
    """The only answer that carries the secret; it cannot be asked for again."""

    webhook: Webhook
    secret: str

    @classmethod
    def of(cls, value: tuple[domain.Webhook, str]) -> "WebhookWithSecret":
        return cls(webhook=Webhook.of(value[0]), secret=value[1])


class Attempt(Wire):
    """`duration` in milliseconds; `status` is absent when no answer came."""

    time: Time
    status: int | None
    error: str
    duration: int


class Delivery(Wire):
    id: str
    parent: str
    event: str
    state: domain.DeliveryState
    attempts: int
    create_time: Time
    next_attempt: Time | None
    last_status: int | None
    last_error: str
    log: list[Attempt]

    @classmethod
    def of(cls, value: domain.Delivery) -> "Delivery":
        return cls(
            id=value.id,
            parent=f"webhooks/{value.webhook_id}",
            event=str(value.event),
            state=value.state,
            attempts=value.attempts,
            create_time=value.create_time,
            next_attempt=value.next_attempt,
            last_status=value.last_status,
            last_error=value.last_error,
            log=[
                Attempt(time=item.time, status=item.status, error=item.error, duration=item.duration)
                for item in value.log
            ],
        )


class Deliveries(Wire):
    deliveries: list[Delivery]

    @classmethod
    def of(cls, values: Sequence[domain.Delivery]) -> "Deliveries":
        return cls(deliveries=[Delivery.of(value) for value in values])
