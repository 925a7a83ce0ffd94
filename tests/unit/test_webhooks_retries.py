"""Retries: when a failed delivery is tried again, when it is given up, how it is replayed."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from tests.support.receiver import Answer, Received, Receiver
from tests.support.subscribers import Clock, Subscriber

from pellucid.domain.webhook import DeliveryState, EventType, Webhook
from pellucid.services.delivery import GONE_NOTE
from pellucid.storage.database import Database


@pytest.fixture
def subscriber(sqlite: Database, tmp_path: Path) -> Subscriber:
    return Subscriber.of(sqlite, tmp_path, webhook_backoff=2.0, webhook_attempts=4)


def answering(status: int, *headers: tuple[str, str]) -> Callable[[Received], Answer]:
    return lambda _: Answer(status, headers)


def replay(subscriber: Subscriber, webhook: Webhook) -> None:
    with subscriber.database.begin() as tx:
        subscriber.webhooks(tx).replay(subscriber.caller, webhook.id, subscriber.delivery(webhook).id)


def test_retries_back_off_and_end(subscriber: Subscriber) -> None:
    clock = Clock()
    courier = subscriber.courier(clock)
    waits = []
    with Receiver(answering(500)) as receiver:
        webhook, _ = subscriber.subscribe(receiver.url())
        subscriber.enqueue()
        for _ in range(3):
            assert subscriber.send_due(courier) == 1
            next_attempt = subscriber.delivery(webhook).next_attempt
            assert next_attempt is not None
            waits.append((next_attempt - clock.now).total_seconds())
            clock.forward(waits[-1] - 0.05)
            assert courier.round() == 0, "before its time nothing is sent"
            clock.forward(0.1)
        assert subscriber.send_due(courier) == 1
        clock.forward(7200)
        assert courier.round() == 0
    for wait, expected in zip(waits, (2.0, 4.0, 8.0), strict=True):
        assert 0.8 * expected <= wait <= 1.2 * expected
    delivery = subscriber.delivery(webhook)
    assert (delivery.state, delivery.attempts, delivery.next_attempt) == (DeliveryState.FAILED, 4, None)
    assert delivery.last_error == "the receiver answered 500"
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert len({request.body for request in receiver.requests}) == 1


@pytest.mark.parametrize(
    ("status", "asked", "least"),
    [(429, "90", 90), (503, "120", 120), (503, "999999", 3600), (503, "soon", 1.6), (500, "90", 1.6)],
)
def test_a_receiver_may_ask_for_patience(subscriber: Subscriber, status: int, asked: str, least: float) -> None:
    clock = Clock()
    with Receiver(answering(status, ("Retry-After", asked))) as receiver:
        webhook, _ = subscriber.subscribe(receiver.url())
        subscriber.enqueue()
        subscriber.send_due(subscriber.courier(clock))
    next_attempt = subscriber.delivery(webhook).next_attempt
    assert next_attempt is not None
    assert least <= (next_attempt - clock.now).total_seconds() <= max(least, 2.4)


def test_a_receiver_may_ask_for_patience_with_a_date(subscriber: Subscriber) -> None:
    clock = Clock()
    date = format_datetime(clock.now + timedelta(minutes=10), usegmt=True)
    with Receiver(answering(503, ("Retry-After", date))) as receiver:
        webhook, _ = subscriber.subscribe(receiver.url())
        subscriber.enqueue()
        subscriber.send_due(subscriber.courier(clock))
    next_attempt = subscriber.delivery(webhook).next_attempt
    assert next_attempt is not None
    assert 598 <= (next_attempt - clock.now).total_seconds() <= 600


def test_gone_disables_the_webhook_until_a_test_is_taken(subscriber: Subscriber) -> None:
    clock = Clock()
    courier = subscriber.courier(clock)
    with Receiver(answering(410)) as receiver:
        webhook, _ = subscriber.subscribe(receiver.url())
        subscriber.enqueue()
        subscriber.enqueue()
        assert subscriber.send_due(courier) == 1
        assert [item.state for item in subscriber.deliveries(webhook)] == [DeliveryState.FAILED] * 2
        assert {item.last_error for item in subscriber.deliveries(webhook)} == {GONE_NOTE}
        assert subscriber.enqueue() == 0, "nothing new is sent to a disabled webhook"
        receiver.answer = answering(200)
        with subscriber.database.begin() as tx:
            subscriber.webhooks(tx).test(subscriber.caller, webhook.id)
        clock.forward(1)
        assert subscriber.send_due(courier) == 1
        assert subscriber.enqueue() == 1
        assert len(receiver.requests) == 2


def test_replay_sends_again_under_the_same_id_with_all_tries(subscriber: Subscriber) -> None:
    clock = Clock()
    courier = subscriber.courier(clock)
    with Receiver() as receiver:
        webhook, secret = subscriber.subscribe(receiver.url())
        subscriber.enqueue()
        subscriber.send_due(courier)
        replay(subscriber, webhook)
        receiver.answer = answering(500)
        for _ in range(4):
            assert subscriber.send_due(courier) == 1
            clock.forward(60)
        assert subscriber.delivery(webhook).state is DeliveryState.FAILED
        assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
        assert receiver.requests[-1].verified(secret)["type"] == EventType.SCAN_COMPLETED
    delivery = subscriber.delivery(webhook)
    assert (delivery.attempts, len(delivery.log)) == (5, 5)
