"""Webhooks as they are stored."""

from datetime import datetime

from sqlalchemy import and_, delete, or_, select

from pellucid.domain.webhook import EventType, Webhook
from pellucid.storage.database import Transaction
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.webhook import WebhookRow


class WebhookRepository:
    """Subscriptions and their encrypted secrets."""

    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def add(self, webhook: Webhook, secret: str) -> None:
        self._session.add(
            WebhookRow(
                id=webhook.id,
                org_id=webhook.org_id,
                product_id=webhook.product_id or None,
                url=webhook.url,
                events=[str(event) for event in webhook.events],
                create_time=webhook.create_time,
                disabled_time=webhook.disabled_time,
                secret=secret,
                previous_secret=None,
                previous_secret_until=None,
            )
        )
        self._session.flush()

    def get(self, org_id: str, webhook_id: str) -> Webhook | None:
        row = self._session.get(WebhookRow, webhook_id)
        return _to_domain(row) if row is not None and row.org_id == org_id else None

    def list(self, org_id: str) -> tuple[Webhook, ...]:
        """Newest first."""
        rows = self._session.scalars(
            select(WebhookRow).where(WebhookRow.org_id == org_id).order_by(WebhookRow.id.desc())
        )
        return tuple(_to_domain(row) for row in rows)

    def delete(self, webhook_id: str) -> None:
        """Remove it with its deliveries and their log."""
        self._session.execute(delete(WebhookRow).where(WebhookRow.id == webhook_id))

    def rotate(self, webhook_id: str, secret: str, previous_until: datetime) -> None:
        """Put a new secret in; the one before goes on signing until `previous_until`."""
        row = self._session.get_one(WebhookRow, webhook_id)
        row.previous_secret, row.previous_secret_until = row.secret, previous_until
        row.secret = secret
        self._session.flush()

    def set_disabled(self, webhook_id: str, time: datetime | None) -> None:
        """Stop sending to it (`time`: since when), or, with None, send again."""
        row = self._session.get(WebhookRow, webhook_id)
        if row is not None:
            row.disabled_time = time
            self._session.flush()

    def wanting(self, event: EventType, product_id: str) -> tuple[Webhook, ...]:
        """Those that are not disabled and want `event` of this product: the product's and its organization's."""
        org_id = select(ProductRow.org_id).where(ProductRow.id == product_id).scalar_subquery()
        whole_org = and_(WebhookRow.product_id.is_(None), WebhookRow.org_id == org_id)
        in_scope = or_(WebhookRow.product_id == product_id, whole_org)
        query = select(WebhookRow).where(WebhookRow.disabled_time.is_(None), in_scope).order_by(WebhookRow.id)
        # Events lie in a JSON list; an organization has few webhooks, so choosing here is as cheap as asking.
        return tuple(_to_domain(row) for row in self._session.scalars(query) if event in row.events)


def _to_domain(row: WebhookRow) -> Webhook:
    return Webhook(
        id=row.id,
        org_id=row.org_id,
        product_id=row.product_id or "",
        url=row.url,
        events=tuple(EventType(event) for event in row.events),
        create_time=row.create_time,
        disabled_time=row.disabled_time,
    )
