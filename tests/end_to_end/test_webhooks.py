"""Webhooks over restarts: receivers that are down, workers that are killed, and the API around it all."""

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.support.receiver import Answer, Receiver
from tests.support.server import Server
from tests.support.subscribers import Clock, Subscriber

from pellucid.domain.webhook import DeliveryState
from pellucid.storage.database import Database
from pellucid.worker.deliveries import deliver_due

WORKER = textwrap.dedent(
    """
    import sys, threading
    from pathlib import Path
    from pellucid.services.vault import Vault
    from pellucid.settings import Settings
    from pellucid.storage.database import Database
    from pellucid.worker.deliveries import deliver_due

    settings = Settings(webhook_allow_private=True, webhook_timeout=30)
    deliver_due(Database(sys.argv[1]), settings, Vault(Path(sys.argv[2])), threading.Event())
    """
)


@contextmanager
def delivering(subscriber: Subscriber) -> Iterator[None]:
    """The loop of the worker, in a thread."""
    stop = threading.Event()
    arguments = (subscriber.database, subscriber.settings, subscriber.vault, stop)
    thread = threading.Thread(target=deliver_due, args=arguments)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def eventually(subscriber: Subscriber, webhook_id: str, state: DeliveryState, seconds: float = 20.0) -> None:
    with subscriber.database.read() as tx:
        webhook = subscriber.webhooks(tx).get(subscriber.caller, webhook_id)
    deadline = time.monotonic() + seconds
    while subscriber.delivery(webhook).state is not state:
        assert time.monotonic() < deadline, subscriber.delivery(webhook)
        time.sleep(0.05)


def test_an_event_outlives_a_receiver_that_is_down_and_a_worker_that_is_stopped(
    sqlite: Database, tmp_path: Path
) -> None:
    subscriber = Subscriber.of(sqlite, tmp_path, webhook_backoff=0.2)
    with Receiver() as receiver:
        webhook, secret = subscriber.subscribe(receiver.url())
        port = receiver.port
    subscriber.enqueue(state="completed")
    with delivering(subscriber):
        deadline = time.monotonic() + 10
        while subscriber.delivery(webhook).attempts < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    before = subscriber.delivery(webhook)
    assert before.state is DeliveryState.PENDING
    assert before.last_error.startswith("cannot connect")
    with Receiver(port=port) as receiver, delivering(subscriber):
        (request,) = receiver.wait_for(1)
        eventually(subscriber, webhook.id, DeliveryState.DELIVERED)
        assert len(receiver.requests) == 1
    assert request.headers["webhook-id"] == before.id
    assert request.verified(secret)["data"]["state"] == "completed"


def test_a_worker_killed_while_it_sends_is_followed_by_one_that_sends_again(
    sqlite: Database, sqlite_url: str, tmp_path: Path
) -> None:
    subscriber = Subscriber.of(sqlite, tmp_path, webhook_timeout=30)
    with Receiver(lambda _: Answer(delay=60)) as receiver:
        webhook, secret = subscriber.subscribe(receiver.url())
        subscriber.enqueue()
        command = [sys.executable, "-c", WORKER, sqlite_url, str(tmp_path / "keys")]
        worker = subprocess.Popen(command, env=dict(os.environ))
        try:
            receiver.wait_for(1, seconds=60)
        finally:
            worker.kill()
            worker.wait()
        assert subscriber.delivery(webhook).state is DeliveryState.PENDING
        receiver.answer = lambda _: Answer()
        assert subscriber.courier().round() == 0, "the lease of the dead still holds"
        clock = Clock()
        clock.forward(30)
        assert subscriber.send_due(subscriber.courier(clock)) == 1
        first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert second.verified(secret)["type"] == "scan.completed"
    delivery = subscriber.delivery(webhook)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server") / "data"
    with Server(folder, webhook_allow_private="true", webhook_backoff=0.2) as running:
        yield running


def test_the_life_of_a_webhook_over_the_api(server: Server) -> None:
    with Receiver() as receiver:
        created = server.call("POST", "/api/v4/webhooks", json={"url": receiver.url()})
        webhook, secret = created["webhook"], created["secret"]
        assert webhook["events"] == ["scan.completed", "scan.failed", "finding.created", "escalation.created"]
        path = f"/api/v4/webhooks/{webhook['id']}"
        assert server.call("GET", path) == webhook
        assert server.call("GET", "/api/v4/webhooks")["webhooks"] == [webhook]
        delivery = server.call("POST", f"{path}:test")
        (request,) = receiver.wait_for(1)
        assert request.verified(secret)["type"] == "webhook.test"
        assert request.headers["webhook-id"] == delivery["id"]
        rotated = server.call("POST", f"{path}:rotateSecret")
        listed = delivered(server, path)
        assert listed["log"][0]["status"] == 200
        server.call("POST", f"{path}/deliveries/{delivery['id']}:replay")
        _, again = receiver.wait_for(2)
        assert again.verified(rotated["secret"]) == again.verified(secret)
        assert server.call("DELETE", path) == {"ids": [webhook["id"]]}
        assert server.call("GET", "/api/v4/webhooks") == {"webhooks": []}


def test_an_event_outlives_a_killed_server_while_the_receiver_is_down(server: Server, tmp_path: Path) -> None:
    with Receiver() as receiver:
        created = server.call("POST", "/api/v4/webhooks", json={"url": receiver.url(), "events": ["scan.completed"]})
        port = receiver.port
    product = server.call("POST", "/api/v4/products", json={"name": f"router {port}"})
    file = tmp_path / "image.bin"
    file.write_bytes(b"no image at all, but a scan all the same\n")
    image = server.upload(product["id"], file, version="1")
    path = f"/api/v4/webhooks/{created['webhook']['id']}"
    deadline = time.monotonic() + 60
    while not any(item["attempts"] for item in server.call("GET", f"{path}/deliveries")["deliveries"]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for pid in server.processes():
        os.kill(pid, 9)
    server.wait()
    with Receiver(port=port) as receiver:
        server.start()
        (request,) = receiver.wait_for(1, seconds=60)
        delivered(server, path)
        assert len(receiver.requests) == 1
    data = request.verified(created["secret"])["data"]
    assert (data["productId"], data["imageId"], data["state"]) == (product["id"], image["id"], "completed")
    assert set(data) == {"productId", "imageId", "scanId", "state", "counts"}


def delivered(server: Server, path: str) -> dict[str, Any]:
    """The only delivery of the webhook, once it has arrived."""
    deadline = time.monotonic() + 30
    while True:
        (delivery,) = server.call("GET", f"{path}/deliveries")["deliveries"]
        if delivery["state"] == "delivered":
            found: dict[str, Any] = delivery
            return found
        assert time.monotonic() < deadline, delivery
        time.sleep(0.05)
