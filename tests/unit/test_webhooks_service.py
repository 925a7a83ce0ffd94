"""Webhooks as callers manage them: secrets, permissions, what is refused."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.support.subscribers import Subscriber

from pellucid.domain.access import Caller
from pellucid.domain.webhook import DeliveryState, EventType
from pellucid.errors import Conflict, InvalidRequest, NotFound, PermissionDenied
from pellucid.services import webhooks as service
from pellucid.storage.database import Database
from pellucid.storage.rows.webhook import WebhookRow


@pytest.fixture
def subscriber(sqlite: Database, tmp_path: Path) -> Subscriber:
    return Subscriber.of(sqlite, tmp_path, webhook_allow_private=False)


def of_product(subscriber: Subscriber, *permissions: str) -> Caller:
    """A caller who may do so much on the product, and nothing anywhere else."""
    return replace(subscriber.caller, grants={subscriber.product.resource_name: frozenset(permissions)})


def test_a_secret_has_the_form_of_the_specification_and_is_stored_encrypted(subscriber: Subscriber) -> None:
    webhook, secret = subscriber.subscribe("https://hooks.example.com/")
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
    with subscriber.database.read() as tx:
        stored = tx.session.scalars(select(WebhookRow.secret)).one()
    assert secret not in stored
    assert secret.removeprefix("whsec_") not in stored
    assert subscriber.vault.decrypt(stored) == secret
    assert secret not in repr(webhook)


def test_every_webhook_has_a_secret_of_its_own(subscriber: Subscriber) -> None:
    assert subscriber.subscribe("https://a.example/")[1] != subscriber.subscribe("https://a.example/")[1]


def test_no_events_means_all_and_each_counts_once(subscriber: Subscriber) -> None:
    every = tuple(event for event in EventType if event is not EventType.TEST)
    assert subscriber.subscribe("https://a.example/")[0].events == every
    chosen, _ = subscriber.subscribe("https://a.example/", events=("scan.failed", "scan.failed"))
    assert chosen.events == (EventType.SCAN_FAILED,)


@pytest.mark.parametrize("event", ["webhook.test", "scan.started", ""])
def test_an_unknown_event_is_refused_and_the_possible_ones_are_named(subscriber: Subscriber, event: str) -> None:
    with pytest.raises(InvalidRequest, match=r"possible are scan\.completed, scan\.failed") as caught:
        subscriber.subscribe("https://a.example/", events=("scan.failed", event))
    assert caught.value.details[0].field == "events"


def test_a_private_url_is_refused_at_creation(subscriber: Subscriber) -> None:
    with pytest.raises(InvalidRequest, match="loopback"):
        subscriber.subscribe("http://127.0.0.1:9000/")


def test_a_product_must_exist_in_the_organization(subscriber: Subscriber, tmp_path: Path) -> None:
    stranger = Subscriber.of(subscriber.database, tmp_path)
    with pytest.raises(NotFound):
        subscriber.subscribe("https://a.example/", product_id=stranger.product.id)
    with pytest.raises(InvalidRequest):
        subscriber.subscribe("https://a.example/", product_id="router")
    webhook, _ = subscriber.subscribe("https://a.example/", product_id=f"products/{subscriber.product.id}")
    assert webhook.scope == subscriber.product.resource_name


def test_the_number_of_webhooks_is_limited(subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_WEBHOOKS", 2)
    subscriber.subscribe("https://a.example/")
    subscriber.subscribe("https://b.example/")
    with pytest.raises(Conflict, match="2 webhooks already"):
        subscriber.subscribe("https://c.example/")


def test_a_caller_of_one_product_manages_its_webhooks_only(subscriber: Subscriber) -> None:
    everywhere, _ = subscriber.subscribe("https://all.example/")
    here, _ = subscriber.subscribe("https://here.example/", product_id=subscriber.product.id)
    caller = of_product(subscriber, "webhooks.list", "webhooks.create", "webhooks.update", "webhooks.delete")
    with subscriber.database.begin() as tx:
        webhooks = subscriber.webhooks(tx)
        assert webhooks.list(caller) == (here,)
        assert webhooks.get(caller, here.id) == here
        with pytest.raises(PermissionDenied):
            webhooks.get(caller, everywhere.id)
        with pytest.raises(PermissionDenied) as caught:
            webhooks.create(caller, url="https://new.example/")
        assert caught.value.permission == "webhooks.create"
        webhooks.create(caller, url="https://new.example/", product_id=subscriber.product.id)
        webhooks.delete(caller, here.id)


def test_every_action_asks_for_its_permission(subscriber: Subscriber) -> None:
    webhook, _ = subscriber.subscribe("https://a.example/")
    nobody = replace(subscriber.caller, grants={})
    with subscriber.database.begin() as tx:
        webhooks = subscriber.webhooks(tx)
        assert webhooks.list(nobody) == ()
        for permission, action in (
            ("webhooks.list", lambda: webhooks.get(nobody, webhook.id)),
            ("webhooks.list", lambda: webhooks.deliveries(nobody, webhook.id)),
            ("webhooks.update", lambda: webhooks.test(nobody, webhook.id)),
            ("webhooks.update", lambda: webhooks.rotate_secret(nobody, webhook.id)),
            ("webhooks.update", lambda: webhooks.replay(nobody, webhook.id, "0" * 26)),
            ("webhooks.delete", lambda: webhooks.delete(nobody, webhook.id)),
            ("webhooks.create", lambda: webhooks.create(nobody, url="https://a.example/")),
        ):
            with pytest.raises(PermissionDenied) as caught:
                action()
            assert caught.value.permission == permission


def test_webhooks_of_another_organization_are_not_there(subscriber: Subscriber, tmp_path: Path) -> None:
    stranger = Subscriber.of(subscriber.database, tmp_path)
    theirs, _ = stranger.subscribe("https://theirs.example/")
    with subscriber.database.begin() as tx:
        with pytest.raises(NotFound):
            subscriber.webhooks(tx).get(subscriber.caller, theirs.id)
        with pytest.raises(NotFound):
            subscriber.webhooks(tx).delete(subscriber.caller, theirs.id)
    assert [delivery.state for delivery in stranger.deliveries(theirs)] == []


def test_a_pending_delivery_cannot_be_replayed(subscriber: Subscriber) -> None:
    webhook, _ = subscriber.subscribe("https://a.example/")
    other, _ = subscriber.subscribe("https://b.example/")
    with subscriber.database.begin() as tx:
        delivery = subscriber.webhooks(tx).test(subscriber.caller, webhook.id)
    assert (delivery.event, delivery.state) == (EventType.TEST, DeliveryState.PENDING)
    with subscriber.database.begin() as tx:
        with pytest.raises(Conflict, match="still pending"):
            subscriber.webhooks(tx).replay(subscriber.caller, webhook.id, delivery.id)
        with pytest.raises(NotFound):
            subscriber.webhooks(tx).replay(subscriber.caller, other.id, delivery.id)
