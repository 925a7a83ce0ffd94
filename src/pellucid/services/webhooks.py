"""Webhooks: who is told about what, with which secret, and what became of it.

Payloads and secrets follow the Standard Webhooks specification 1.0.0 (https://www.standardwebhooks.com).
"""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pellucid.domain.access import Caller
from pellucid.domain.ids import new_id
from pellucid.domain.webhook import SUBSCRIBABLE, Delivery, DeliveryState, EventType, Webhook
from pellucid.errors import Conflict, Detail, InvalidRequest, NotFound
from pellucid.services.delivery import SECRET_PREFIX
from pellucid.services.products import Products
from pellucid.services.vault import Vault
from pellucid.services.webhook_guard import check_url
from pellucid.settings import Settings
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.deliveries import DeliveryRepository
from pellucid.storage.repositories.webhooks import WebhookRepository

SECRET_BYTES = 32
MOST_WEBHOOKS = 100
OLD_SECRET_SIGNS = timedelta(hours=24)


class Webhooks:
    """Webhooks of a caller's organization. Permissions are asked on the product, or on the organization."""

    def __init__(self, tx: Transaction, settings: Settings, vault: Vault) -> None:
        self._tx = tx
        self._settings = settings
        self._vault = vault
        self._stored = WebhookRepository(tx)
        self._deliveries = DeliveryRepository(tx)

    def create(
        self, caller: Caller, *, url: str, events: Sequence[str] = (), product_id: str = ""
    ) -> tuple[Webhook, str]:
        """A new webhook and its secret, which is shown this once. No `events` means all of them."""
        if product_id:
            product_id = Products(self._tx).get(caller, product_id).id
        caller.require("webhooks.create", f"products/{product_id}" if product_id else "")
        if len(self._stored.list(caller.org.id)) >= MOST_WEBHOOKS:
            raise Conflict(f"There are {MOST_WEBHOOKS} webhooks already: delete one that is not needed.")
        webhook = Webhook(
            id=new_id(),
            org_id=caller.org.id,
            product_id=product_id,
            url=str(check_url(url.strip(), allow_private=self._settings.webhook_allow_private)),
            events=_events(events),
            create_time=datetime.now(UTC),
        )
        secret = _new_secret()
        self._stored.add(webhook, self._vault.encrypt(secret))
        return webhook, secret

    def list(self, caller: Caller) -> tuple[Webhook, ...]:
        """Those that the caller may see, newest first."""
        return tuple(item for item in self._stored.list(caller.org.id) if caller.may("webhooks.list", item.scope))

    def get(self, caller: Caller, webhook_id: str) -> Webhook:
        return self._reached(caller, webhook_id, "webhooks.list")

    def delete(self, caller: Caller, webhook_id: str) -> None:
        """Remove the webhook with all its deliveries; an attempt that is under way may still arrive."""
        self._stored.delete(self._reached(caller, webhook_id, "webhooks.delete").id)

    def test(self, caller: Caller, webhook_id: str) -> Delivery:
        """Send a `webhook.test`; a disabled webhook whose receiver takes it is enabled again."""
        webhook = self._reached(caller, webhook_id, "webhooks.update")
        return self._put(webhook, EventType.TEST, {"webhookId": webhook.id}, datetime.now(UTC))

    def rotate_secret(self, caller: Caller, webhook_id: str) -> tuple[Webhook, str]:
        """A new secret, shown this once; the old one signs as well for 24 hours."""
        webhook = self._reached(caller, webhook_id, "webhooks.update")
        secret = _new_secret()
        self._stored.rotate(webhook.id, self._vault.encrypt(secret), datetime.now(UTC) + OLD_SECRET_SIGNS)
        return webhook, secret

    def deliveries(self, caller: Caller, webhook_id: str) -> tuple[Delivery, ...]:
        """The newest 200 with their log, newest first."""
        return self._deliveries.list(self._reached(caller, webhook_id, "webhooks.list").id)

    def replay(self, caller: Caller, webhook_id: str, delivery_id: str) -> Delivery:
        """Send a finished delivery again, under the same webhook-id, with all its tries."""
        webhook = self._reached(caller, webhook_id, "webhooks.update")
        delivery = self._deliveries.get(webhook.id, delivery_id)
        if delivery is None:
            raise NotFound(f"This webhook has no delivery {delivery_id}.")
        if delivery.state is DeliveryState.PENDING:
            raise Conflict("The delivery is still pending: it is tried again by itself.")
        self._deliveries.requeue(delivery.id, datetime.now(UTC))
        return self._deliveries.get(webhook.id, delivery_id) or delivery

    def enqueue(self, event: EventType, product_id: str, data: Mapping[str, Any]) -> int:
        """Put an event into the outbox of every webhook that wants it; how many that are.

        Nothing is sent before the caller's transaction is committed, and nothing at all if it is not.
        """
        now = datetime.now(UTC)
        wanting = self._stored.wanting(event, product_id)
        for webhook in wanting:
            self._put(webhook, event, data, now)
        return len(wanting)

    def _put(self, webhook: Webhook, event: EventType, data: Mapping[str, Any], now: datetime) -> Delivery:
        timestamp = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = json.dumps({"type": event, "timestamp": timestamp, "data": data}, separators=(",", ":"))
        return self._deliveries.add(webhook.id, event, body, now)

    def _reached(self, caller: Caller, webhook_id: str, permission: str) -> Webhook:
        webhook = self._stored.get(caller.org.id, webhook_id)
        if webhook is None:
            raise NotFound(f"There is no webhook {webhook_id[:40]}.")
        caller.require(permission, webhook.scope)
        return webhook


def _events(names: Sequence[str]) -> tuple[EventType, ...]:
    possible = {str(event): event for event in SUBSCRIBABLE}
    unknown = [name for name in names if name not in possible]
    if unknown:
        reason = f"There is no event {unknown[0][:80]!r}; possible are {', '.join(possible)}."
        raise InvalidRequest(reason, details=(Detail(reason=reason, field="events"),))
    return tuple(dict.fromkeys(possible[name] for name in names)) or SUBSCRIBABLE


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
