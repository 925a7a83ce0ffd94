"""The outbox of webhooks on both databases: claiming, fencing, forgetting."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.support.subscribers import Subscriber

from pellucid.domain.webhook import Attempt, ClaimedDelivery, DeliveryState, EventType, Webhook
from pellucid.storage.database import Database
from pellucid.storage.repositories.deliveries import DeliveryRepository
from pellucid.storage.repositories.webhooks import WebhookRepository
from pellucid.storage.rows.webhook_attempt import WebhookAttemptRow
from pellucid.storage.rows.webhook_delivery import WebhookDeliveryRow

LEASE = 20.0
SECOND = timedelta(seconds=1)


@pytest.fixture
def subscriber(database: Database, tmp_path: Path) -> Subscriber:
    return Subscriber.of(database, tmp_path)


@pytest.fixture
def now() -> datetime:
    """A moment after everything that a test has enqueued."""
    return datetime.now(UTC) + timedelta(seconds=30)


def claim(subscriber: Subscriber, now: datetime, most: int = 10) -> tuple[ClaimedDelivery, ...]:
    with subscriber.database.begin() as tx:
        return DeliveryRepository(tx).claim(now, LEASE, most)


def settle(
    subscriber: Subscriber, claimed: ClaimedDelivery, state: DeliveryState, next_attempt: datetime | None = None
) -> bool:
    attempt = Attempt(time=datetime.now(UTC), status=200, error="", duration=7)
    with subscriber.database.begin() as tx:
        return DeliveryRepository(tx).settle(claimed, attempt, state, next_attempt)


def subscribe(subscriber: Subscriber, number: int = 1) -> list[Webhook]:
    return [subscriber.subscribe(f"https://receiver{index}.example/")[0] for index in range(number)]


def test_a_delivery_is_claimed_by_one_worker_until_its_lease_runs_out(subscriber: Subscriber, now: datetime) -> None:
    subscribe(subscriber)
    subscriber.enqueue()
    (first,) = claim(subscriber, now)
    assert claim(subscriber, now + timedelta(seconds=LEASE) - SECOND) == ()
    (second,) = claim(subscriber, now + timedelta(seconds=LEASE) + SECOND)
    assert second.id == first.id
    assert second.token != first.token
    assert not settle(subscriber, first, DeliveryState.FAILED), "whose lease ran out has no say any more"
    assert settle(subscriber, second, DeliveryState.DELIVERED)
    assert not settle(subscriber, second, DeliveryState.FAILED), "and nobody has it twice"


def test_workers_at_the_same_moment_never_share_a_delivery(subscriber: Subscriber, now: datetime) -> None:
    subscribe(subscriber, 12)
    subscriber.enqueue()
    found: list[ClaimedDelivery] = []
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        for _ in range(6):
            found.extend(claim(subscriber, now, most=2))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len({item.id for item in found}) == 12


def test_each_webhook_has_its_oldest_event_sent_alone(subscriber: Subscriber, now: datetime) -> None:
    one, other = subscribe(subscriber, 2)
    subscriber.enqueue(number=1)
    subscriber.enqueue(number=2)
    claimed = claim(subscriber, now)
    assert {item.webhook_id for item in claimed} == {one.id, other.id}
    oldest = {subscriber.deliveries(webhook)[-1].id for webhook in (one, other)}
    assert {item.id for item in claimed} == oldest
    assert claim(subscriber, now) == ()
    mine = next(item for item in claimed if item.webhook_id == one.id)
    settle(subscriber, mine, DeliveryState.DELIVERED)
    (following,) = claim(subscriber, now)
    assert following.webhook_id == one.id
    assert '"number":2' in following.body


def test_a_delivery_that_waits_lets_later_ones_pass(subscriber: Subscriber, now: datetime) -> None:
    subscribe(subscriber)
    subscriber.enqueue(number=1)
    (first,) = claim(subscriber, now)
    settle(subscriber, first, DeliveryState.PENDING, now + timedelta(hours=1))
    subscriber.enqueue(number=2)
    (second,) = claim(subscriber, now)
    assert '"number":2' in second.body
    settle(subscriber, second, DeliveryState.DELIVERED)
    with subscriber.database.read() as tx:
        assert not DeliveryRepository(tx).any_due(now)
        assert DeliveryRepository(tx).any_due(now + timedelta(hours=1))
    (again,) = claim(subscriber, now + timedelta(hours=1))
    assert (again.id, again.tries) == (first.id, 2)


def test_attempts_are_logged_newest_first(subscriber: Subscriber, now: datetime) -> None:
    (webhook,) = subscribe(subscriber)
    subscriber.enqueue()
    for number in range(30):
        (claimed,) = claim(subscriber, now)
        attempt = Attempt(time=now + number * SECOND, status=None, error=f"try {number}", duration=number)
        with subscriber.database.begin() as tx:
            DeliveryRepository(tx).settle(claimed, attempt, DeliveryState.PENDING, now)
    delivery = subscriber.delivery(webhook)
    assert (delivery.attempts, delivery.last_error) == (30, "try 29")
    assert [attempt.error for attempt in delivery.log] == [f"try {number}" for number in range(29, 4, -1)]
    assert delivery.log[0].time == now + 29 * SECOND


def test_events_go_to_webhooks_of_the_product_and_of_its_organization(subscriber: Subscriber, tmp_path: Path) -> None:
    other = subscriber.another_product("switch")
    stranger = Subscriber.of(subscriber.database, tmp_path)
    stranger.subscribe("https://stranger.example/")
    everything, _ = subscriber.subscribe("https://all.example/")
    product, _ = subscriber.subscribe("https://product.example/", product_id=subscriber.product.id)
    subscriber.subscribe("https://other.example/", product_id=other.id)
    failures, _ = subscriber.subscribe("https://failures.example/", events=("scan.failed",))
    with subscriber.database.read() as tx:
        webhooks = WebhookRepository(tx)
        completed = webhooks.wanting(EventType.SCAN_COMPLETED, subscriber.product.id)
        failed = webhooks.wanting(EventType.SCAN_FAILED, subscriber.product.id)
        unknown = webhooks.wanting(EventType.SCAN_FAILED, "0" * 26)
    assert {webhook.id for webhook in completed} == {everything.id, product.id}
    assert {webhook.id for webhook in failed} == {everything.id, product.id, failures.id}
    assert unknown == ()


def test_a_disabled_webhook_wants_nothing(subscriber: Subscriber) -> None:
    (webhook,) = subscribe(subscriber)
    with subscriber.database.begin() as tx:
        WebhookRepository(tx).set_disabled(webhook.id, datetime.now(UTC))
    assert subscriber.enqueue() == 0
    with subscriber.database.begin() as tx:
        WebhookRepository(tx).set_disabled(webhook.id, None)
    assert subscriber.enqueue() == 1


def test_deleting_a_webhook_takes_its_deliveries_and_log_along(subscriber: Subscriber, now: datetime) -> None:
    doomed, kept = subscribe(subscriber, 2)
    subscriber.enqueue()
    for item in claim(subscriber, now):
        settle(subscriber, item, DeliveryState.DELIVERED)
    subscriber.enqueue()
    under_way = next(item for item in claim(subscriber, now) if item.webhook_id == doomed.id)
    with subscriber.database.begin() as tx:
        WebhookRepository(tx).delete(doomed.id)
    assert not settle(subscriber, under_way, DeliveryState.DELIVERED)
    with subscriber.database.read() as tx:
        assert tx.session.scalar(select(func.count()).select_from(WebhookDeliveryRow)) == 2
        assert tx.session.scalar(select(func.count()).select_from(WebhookAttemptRow)) == 1
    assert len(subscriber.deliveries(kept)) == 2


def test_nothing_is_enqueued_when_the_transaction_fails(subscriber: Subscriber) -> None:
    (webhook,) = subscribe(subscriber)

    def enqueue_and_fail() -> None:
        with subscriber.database.begin() as tx:
            assert subscriber.webhooks(tx).enqueue(EventType.SCAN_COMPLETED, subscriber.product.id, {}) == 1
            raise RuntimeError("the scan could not be stored")

    with pytest.raises(RuntimeError):
        enqueue_and_fail()
    assert subscriber.deliveries(webhook) == ()


def test_purging_forgets_what_is_over_and_old(subscriber: Subscriber, now: datetime) -> None:
    (webhook,) = subscribe(subscriber)
    subscriber.enqueue(number=1)
    (claimed,) = claim(subscriber, now)
    settle(subscriber, claimed, DeliveryState.DELIVERED)
    subscriber.enqueue(number=2)
    with subscriber.database.begin() as tx:
        assert DeliveryRepository(tx).purge(datetime.now(UTC) - SECOND) == 0
        assert DeliveryRepository(tx).purge(now) == 1
        assert tx.session.scalar(select(func.count()).select_from(WebhookAttemptRow)) == 0
    assert [item.state for item in subscriber.deliveries(webhook)] == [DeliveryState.PENDING]


def test_a_replay_takes_the_delivery_from_whoever_is_sending_it(subscriber: Subscriber, now: datetime) -> None:
    (webhook,) = subscribe(subscriber)
    subscriber.enqueue()
    (claimed,) = claim(subscriber, now)
    with subscriber.database.begin() as tx:
        DeliveryRepository(tx).requeue(claimed.id, now)
    assert not settle(subscriber, claimed, DeliveryState.FAILED)
    (again,) = claim(subscriber, now)
    assert replace(again, token="") == replace(claimed, token="")
    assert subscriber.delivery(webhook).state is DeliveryState.PENDING
