"""Deliveries: the outbox, claimed under a lease, settled by who holds the token."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, func, or_, select, update

from pellucid.domain.ids import new_id
from pellucid.domain.webhook import Attempt, ClaimedDelivery, Delivery, DeliveryState, EventType
from pellucid.storage.database import Transaction
from pellucid.storage.rows.webhook import WebhookRow
from pellucid.storage.rows.webhook_attempt import WebhookAttemptRow
from pellucid.storage.rows.webhook_delivery import WebhookDeliveryRow as DeliveryRow

LOGGED = 25
"""Attempts shown for one delivery."""


class DeliveryRepository:
    """Events on their way. All times are given by the caller, so that tests own the clock."""

    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def add(self, webhook_id: str, event: EventType, body: str, now: datetime) -> Delivery:
        """Put an event into the outbox, due at once."""
        row = DeliveryRow(
            id=new_id(),
            webhook_id=webhook_id,
            event=str(event),
            body=body,
            state=str(DeliveryState.PENDING),
            attempts=0,
            tries=0,
            create_time=now,
            next_attempt=now,
            lease_until=None,
            token="",
            last_status=None,
            last_error="",
        )
        self._session.add(row)
        self._session.flush()
        return _to_domain(row, ())

    def get(self, webhook_id: str, delivery_id: str) -> Delivery | None:
        row = self._session.get(DeliveryRow, delivery_id)
        if row is None or row.webhook_id != webhook_id:
            return None
        return _to_domain(row, self._logs([row.id]).get(row.id, ()))

    def list(self, webhook_id: str, most: int = 200) -> tuple[Delivery, ...]:
        """The newest `most` of a webhook, newest first, with their log."""
        query = select(DeliveryRow).where(DeliveryRow.webhook_id == webhook_id)
        rows = self._session.scalars(query.order_by(DeliveryRow.id.desc()).limit(most)).all()
        logs = self._logs([row.id for row in rows])
        return tuple(_to_domain(row, logs.get(row.id, ())) for row in rows)

    def requeue(self, delivery_id: str, now: datetime) -> None:
        """Make it due again with all its tries; an attempt that is under way counts no more."""
        row = self._session.get_one(DeliveryRow, delivery_id)
        row.state, row.tries, row.next_attempt = str(DeliveryState.PENDING), 0, now
        row.lease_until, row.token = None, ""
        self._session.flush()

    def any_due(self, now: datetime) -> bool:
        """Whether `claim` would find something: a read, cheap enough to ask twice a second."""
        return self._session.scalar(select(DeliveryRow.id).where(*_claimable(now)).limit(1)) is not None

    def claim(self, now: datetime, lease: float, most: int) -> tuple[ClaimedDelivery, ...]:
        """Take up to `most` due deliveries for `lease` seconds: of each webhook not being sent to, the oldest."""
        oldest = func.min(DeliveryRow.id)
        one_each = select(oldest).where(*_claimable(now)).group_by(DeliveryRow.webhook_id)
        ids = self._session.scalars(one_each.order_by(oldest).limit(most)).all()
        claimed = (self._take(delivery_id, now, lease) for delivery_id in ids)
        return tuple(item for item in claimed if item is not None)

    def settle(
        self, claimed: ClaimedDelivery, attempt: Attempt, state: DeliveryState, next_attempt: datetime | None
    ) -> bool:
        """Write how an attempt went; False, and nothing is written, when the delivery is not ours any more."""
        values: dict[str, Any] = {
            "state": str(state),
            "next_attempt": next_attempt,
            "attempts": DeliveryRow.attempts + 1,
            "tries": claimed.tries,
            "last_status": attempt.status,
            "last_error": attempt.error,
            "lease_until": None,
            "token": "",
        }
        ours = (DeliveryRow.id == claimed.id, DeliveryRow.token == claimed.token)
        if self._rows(update(DeliveryRow).where(*ours).values(values)) == 0:
            return False
        self._session.add(
            WebhookAttemptRow(
                id=new_id(),
                delivery_id=claimed.id,
                time=attempt.time,
                status=attempt.status,
                error=attempt.error,
                duration=attempt.duration,
            )
        )
        self._session.flush()
        return True

    def fail_pending(self, webhook_id: str, error: str) -> int:
        """Give up what still waits for a webhook."""
        values = {"state": str(DeliveryState.FAILED), "next_attempt": None, "last_error": error}
        waiting = (DeliveryRow.webhook_id == webhook_id, DeliveryRow.state == str(DeliveryState.PENDING))
        return self._rows(update(DeliveryRow).where(*waiting).values(values))

    def purge(self, before: datetime) -> int:
        """Forget deliveries created before this time that are over, with their log."""
        over = DeliveryRow.state != str(DeliveryState.PENDING)
        return self._rows(delete(DeliveryRow).where(over, DeliveryRow.create_time < before))

    def _take(self, delivery_id: str, now: datetime, lease: float) -> ClaimedDelivery | None:
        token = new_id()
        values = {"token": token, "lease_until": now + timedelta(seconds=lease)}
        # On PostgreSQL another worker may have chosen the same row: the condition is judged again under its lock.
        if self._rows(update(DeliveryRow).where(DeliveryRow.id == delivery_id, *_due(now)).values(values)) == 0:
            return None
        joined = select(DeliveryRow, WebhookRow).join(WebhookRow, WebhookRow.id == DeliveryRow.webhook_id)
        row, webhook = self._session.execute(joined.where(DeliveryRow.id == delivery_id)).one()
        until = webhook.previous_secret_until
        previous = webhook.previous_secret if until is not None and until > now else None
        return ClaimedDelivery(
            id=row.id,
            webhook_id=row.webhook_id,
            token=token,
            url=webhook.url,
            body=row.body,
            tries=row.tries + 1,
            secrets=(webhook.secret,) if previous is None else (webhook.secret, previous),
        )

    def _logs(self, delivery_ids: Sequence[str]) -> dict[str, tuple[Attempt, ...]]:
        newest = func.row_number().over(
            partition_by=WebhookAttemptRow.delivery_id, order_by=WebhookAttemptRow.id.desc()
        )
        numbered = select(WebhookAttemptRow.id, newest.label("number")).where(
            WebhookAttemptRow.delivery_id.in_(delivery_ids)
        )
        chosen = numbered.subquery()
        query = select(WebhookAttemptRow).join(chosen, chosen.c.id == WebhookAttemptRow.id)
        logs: dict[str, list[Attempt]] = defaultdict(list)
        for row in self._session.scalars(query.where(chosen.c.number <= LOGGED).order_by(WebhookAttemptRow.id.desc())):
            attempt = Attempt(time=row.time, status=row.status, error=row.error, duration=row.duration)
            logs[row.delivery_id].append(attempt)
        return {delivery_id: tuple(log) for delivery_id, log in logs.items()}

    def _rows(self, statement: Any) -> int:
        result = self._session.execute(statement, execution_options={"synchronize_session": False})
        return int(cast("CursorResult[Any]", result).rowcount)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        DeliveryRow.state == str(DeliveryState.PENDING),
        DeliveryRow.next_attempt <= now,
        or_(DeliveryRow.lease_until.is_(None), DeliveryRow.lease_until <= now),
    )


def _claimable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Due, and of a webhook that nothing is being sent to."""
    busy = select(DeliveryRow.webhook_id).where(DeliveryRow.lease_until > now)
    return (*_due(now), DeliveryRow.webhook_id.not_in(busy))


def _to_domain(row: DeliveryRow, log: tuple[Attempt, ...]) -> Delivery:
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        event=EventType(row.event),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        create_time=row.create_time,
        next_attempt=row.next_attempt,
        last_status=row.last_status,
        last_error=row.last_error,
        log=log,
    )
