"""Sending: signatures, rotation, TLS, what is refused, one slow receiver among others."""

import base64
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError
from tests.support.certificates import certificate
from tests.support.receiver import Answer, Received, Receiver
from tests.support.subscribers import Clock, Subscriber

from pellucid import __version__
from pellucid.domain.webhook import DeliveryState, Webhook
from pellucid.services.delivery import Sender, sign
from pellucid.storage.database import Database


@pytest.fixture
def subscriber(sqlite: Database, tmp_path: Path) -> Subscriber:
    return Subscriber.of(sqlite, tmp_path, webhook_backoff=2.0, webhook_attempts=4)


def answering(status: int, *headers: tuple[str, str]) -> Callable[[Received], Answer]:
    return lambda _: Answer(status, headers)


def rotate(subscriber: Subscriber, webhook: Webhook) -> str:
    with subscriber.database.begin() as tx:
        return subscriber.webhooks(tx).rotate_secret(subscriber.caller, webhook.id)[1]


def test_signs_as_the_library_of_the_specification_does() -> None:
    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    expected = Verifier(secret).sign("01J9Z3T5N8K2V4Q6R7S0W1X2Y3", moment, '{"a":1}')
    assert sign([secret], "01J9Z3T5N8K2V4Q6R7S0W1X2Y3", int(moment.timestamp()), b'{"a":1}') == expected


def test_a_receiver_gets_the_event_and_can_verify_it(subscriber: Subscriber) -> None:
    with Receiver() as receiver:
        webhook, secret = subscriber.subscribe(receiver.url("/in?from=pellucid"))
        assert subscriber.enqueue(state="completed", counts={"kev": 1}) == 1
        assert subscriber.send_due(subscriber.courier()) == 1
        (request,) = receiver.requests
    payload = request.verified(secret)
    assert payload["type"] == "scan.completed"
    assert payload["data"] == {"productId": subscriber.product.id, "state": "completed", "counts": {"kev": 1}}
    assert abs(datetime.fromisoformat(payload["timestamp"]) - datetime.now(UTC)) < timedelta(seconds=60)
    assert request.path == "/in?from=pellucid"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == f"Pellucid/{__version__}"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    delivery = subscriber.delivery(webhook)
    assert request.headers["webhook-id"] == delivery.id
    assert (delivery.state, delivery.attempts, delivery.last_status) == (DeliveryState.DELIVERED, 1, 200)
    assert [(attempt.status, attempt.error) for attempt in delivery.log] == [(200, "")]


def test_a_changed_body_does_not_verify(subscriber: Subscriber) -> None:
    with Receiver() as receiver:
        _, secret = subscriber.subscribe(receiver.url())
        subscriber.enqueue()
        subscriber.send_due(subscriber.courier())
        (request,) = receiver.requests
    forged = Received(request.path, request.headers, request.body.replace(b"completed", b"complete!"))
    with pytest.raises(WebhookVerificationError):
        forged.verified(secret)


def test_both_secrets_sign_for_a_day_after_a_rotation(subscriber: Subscriber) -> None:
    with Receiver() as receiver:
        webhook, old = subscriber.subscribe(receiver.url())
        new = rotate(subscriber, webhook)
        subscriber.enqueue()
        subscriber.send_due(subscriber.courier())
        later = Clock(datetime.now(UTC) + timedelta(hours=24, minutes=1))
        subscriber.enqueue()
        subscriber.send_due(subscriber.courier(later))
        during, afterwards = receiver.requests
    assert new != old
    assert during.verified(new) == during.verified(old)
    assert len(during.headers["webhook-signature"].split(" ")) == 2
    assert len(afterwards.headers["webhook-signature"].split(" ")) == 1
    moment = datetime.fromtimestamp(int(afterwards.headers["webhook-timestamp"]), UTC)
    signed = Verifier(new).sign(afterwards.headers["webhook-id"], moment, afterwards.body.decode())
    assert afterwards.headers["webhook-signature"] == signed


def test_redirects_are_not_followed(subscriber: Subscriber) -> None:
    with Receiver() as target, Receiver(answering(307, ("Location", target.url()))) as receiver:
        webhook, _ = subscriber.subscribe(receiver.url())
        subscriber.enqueue()
        subscriber.send_due(subscriber.courier())
        assert not target.requests
    delivery = subscriber.delivery(webhook)
    assert (delivery.state, delivery.last_status) == (DeliveryState.PENDING, 307)
    assert "redirects are not followed" in delivery.last_error


def test_only_the_beginning_of_an_answer_is_read(subscriber: Subscriber) -> None:
    with Receiver(lambda _: Answer(200, body=b"x" * 20_000_000)) as receiver:
        webhook, _ = subscriber.subscribe(receiver.url())
        subscriber.enqueue()
        before = time.monotonic()
        subscriber.send_due(subscriber.courier())
        assert time.monotonic() - before < 3
    assert subscriber.delivery(webhook).state is DeliveryState.DELIVERED


def test_a_private_address_is_refused_when_it_is_sent_to(sqlite: Database, tmp_path: Path) -> None:
    """The name was public when the webhook was created; it is not any more."""
    strict = Subscriber.of(sqlite, tmp_path, webhook_allow_private=False)
    with Receiver() as receiver:
        webhook, _ = strict.subscribe(f"http://rebound.example:{receiver.port}/")
        sender = Sender(strict.settings, strict.vault, resolve=lambda _host, _port: ["127.0.0.1"])
        strict.enqueue()
        strict.send_due(strict.courier(sender=sender))
        assert not receiver.requests
    delivery = strict.delivery(webhook)
    assert delivery.state is DeliveryState.PENDING
    assert "rebound.example (127.0.0.1) is a loopback address" in delivery.last_error


def test_a_name_that_cannot_be_resolved_is_a_failed_attempt(subscriber: Subscriber) -> None:
    def nowhere(_host: str, _port: int) -> list[str]:
        raise OSError(-2, "Name or service not known")

    webhook, _ = subscriber.subscribe("https://nowhere.example/")
    subscriber.enqueue()
    subscriber.send_due(subscriber.courier(sender=Sender(subscriber.settings, subscriber.vault, resolve=nowhere)))
    assert subscriber.delivery(webhook).last_error == (
        "cannot connect: nowhere.example cannot be resolved: Name or service not known"
    )


@pytest.mark.parametrize(("name", "trusted"), [("receiver.example", True), ("other.example", False)])
def test_tls_is_verified_against_the_name_of_the_url(
    subscriber: Subscriber, tmp_path: Path, name: str, *, trusted: bool
) -> None:
    certificate_file, key_file = certificate(tmp_path, name)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate_file, key_file)
    asked: list[str | None] = []
    served.sni_callback = lambda _socket, server_name, _context: asked.append(server_name)
    trusting = ssl.create_default_context(cafile=str(certificate_file))
    with Receiver(tls=served) as receiver:
        webhook, secret = subscriber.subscribe(receiver.url(host="receiver.example"))
        subscriber.enqueue()
        sender = Sender(
            subscriber.settings, subscriber.vault, resolve=lambda _host, _port: ["127.0.0.1"], ssl_context=trusting
        )
        subscriber.send_due(subscriber.courier(sender=sender))
        assert asked == ["receiver.example"]
        assert len(receiver.requests) == (1 if trusted else 0)
        if trusted:
            assert receiver.requests[0].headers["host"] == f"receiver.example:{receiver.port}"
            assert receiver.requests[0].verified(secret)
    delivery = subscriber.delivery(webhook)
    assert delivery.state is (DeliveryState.DELIVERED if trusted else DeliveryState.PENDING)
    assert trusted or "certificate" in delivery.last_error.lower()


def test_proxies_of_the_environment_are_not_used(subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve the name anew, out of reach of the guard."""
    with Receiver() as proxy, Receiver() as receiver:
        monkeypatch.setenv("http_proxy", proxy.url())
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        assert httpx2.Client()._mounts, "the variables mean something to clients that look"
        subscriber.subscribe(receiver.url())
        subscriber.enqueue()
        subscriber.send_due(subscriber.courier())
        assert (len(proxy.requests), len(receiver.requests)) == (0, 1)


def test_a_slow_receiver_delays_nobody_else(subscriber: Subscriber) -> None:
    with Receiver(lambda _: Answer(delay=30)) as slow, Receiver() as quick:
        subscriber.subscribe(slow.url())
        subscriber.subscribe(quick.url())
        for _ in range(5):
            subscriber.enqueue()
        stop = threading.Event()
        thread = threading.Thread(target=subscriber.courier().run, args=(stop,))
        thread.start()
        try:
            quick.wait_for(5, seconds=10)
            assert len(slow.requests) == 1, "one at a time for each webhook"
        finally:
            slow.stopping.set()
            stop.set()
            thread.join()


def test_no_answer_in_time_is_a_failed_attempt(sqlite: Database, tmp_path: Path) -> None:
    hasty = Subscriber.of(sqlite, tmp_path, webhook_timeout=0.3)
    with Receiver(lambda _: Answer(delay=20)) as receiver:
        webhook, _ = hasty.subscribe(receiver.url())
        hasty.enqueue()
        before = time.monotonic()
        hasty.send_due(hasty.courier())
        assert time.monotonic() - before < 5
    delivery = hasty.delivery(webhook)
    assert (delivery.last_status, delivery.last_error) == (None, "no answer within 0.3 s")
    assert delivery.log[0].duration >= 290


def test_a_lost_key_is_a_failed_attempt_and_stops_nothing(subscriber: Subscriber, tmp_path: Path) -> None:
    with Receiver() as receiver:
        webhook, _ = subscriber.subscribe(receiver.url())
        subscriber.enqueue()
        (tmp_path / "keys" / "vault.key").unlink()
        other = Subscriber.of(subscriber.database, tmp_path)
        other.send_due(other.courier())
        assert not receiver.requests
    assert subscriber.delivery(webhook).last_error == "cannot be sent: ConfigurationError"
