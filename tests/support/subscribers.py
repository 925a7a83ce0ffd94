"""An organization with a product and somebody who subscribes to its events, for tests of webhooks."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pellucid.domain.access import Caller
from pellucid.domain.ids import new_id
from pellucid.domain.product import Product
from pellucid.domain.roles import PERMISSIONS
from pellucid.domain.webhook import Delivery, EventType, Webhook
from pellucid.services.delivery import Sender
from pellucid.services.vault import Vault
from pellucid.services.webhooks import Webhooks
from pellucid.settings import Settings
from pellucid.storage.database import Database
from pellucid.storage.repositories.deliveries import DeliveryRepository
from pellucid.storage.repositories.orgs import OrgRepository
from pellucid.storage.repositories.products import ProductRepository
from pellucid.storage.repositories.users import UserRepository
from pellucid.worker.deliveries import Courier


@dataclass
class Clock:
    """Time that passes only when a test says so; it begins a little ahead, after all that tests enqueue."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(seconds=30))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Subscriber:
    """A caller with every permission on the organization, and one product of it."""

    database: Database
    settings: Settings
    vault: Vault
    caller: Caller
    product: Product

    @classmethod
    def of(cls, database: Database, folder: Path, **settings: Any) -> "Subscriber":
        with database.begin() as tx:
            org = OrgRepository(tx).add(f"Org {new_id()}")
            user = UserRepository(tx).add(org_id=org.id, email=f"{new_id().lower()}@example.com")
            product = ProductRepository(tx).add(org_id=org.id, name="router", description="", author=user)
        return cls(
            database=database,
            settings=Settings(**({"webhook_allow_private": True, "webhook_timeout": 5.0} | settings)),
            vault=Vault(folder / "keys"),
            caller=Caller(user=user, org=org, grants={org.resource_name: PERMISSIONS}),
            product=product,
        )

    def another_product(self, name: str) -> Product:
        with self.database.begin() as tx:
            return ProductRepository(tx).add(
                org_id=self.caller.org.id, name=name, description="", author=self.caller.user
            )

    def subscribe(self, url: str, *, product_id: str = "", events: tuple[str, ...] = ()) -> tuple[Webhook, str]:
        with self.database.begin() as tx:
            return self.webhooks(tx).create(self.caller, url=url, product_id=product_id, events=events)

    def enqueue(self, event: EventType = EventType.SCAN_COMPLETED, **data: Any) -> int:
        time.sleep(0.002)  # ids of one millisecond have no order
        with self.database.begin() as tx:
            return self.webhooks(tx).enqueue(event, self.product.id, {"productId": self.product.id, **data})

    def deliveries(self, webhook: Webhook) -> tuple[Delivery, ...]:
        with self.database.read() as tx:
            return DeliveryRepository(tx).list(webhook.id)

    def delivery(self, webhook: Webhook) -> Delivery:
        (only,) = self.deliveries(webhook)
        return only

    def courier(self, clock: Clock | None = None, sender: Sender | None = None) -> Courier:
        return Courier(
            self.database,
            self.settings,
            sender or Sender(self.settings, self.vault),
            clock or (lambda: datetime.now(UTC)),
        )

    def send_due(self, courier: Courier) -> int:
        """Send what is due now, and wait until that is done."""
        begun = courier.round()
        courier.wait(30)
        return begun

    def webhooks(self, tx: Any) -> Webhooks:
        return Webhooks(tx, self.settings, self.vault)
