"""Scans that do not end as usual: stopped by a user, impossible, of nothing, of two images at once."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from tests.support.receiver import Receiver
from tests.support.sample import Sample
from tests.support.server import Server

from pellucid.domain.progress import Stage

WAIT_SECONDS = 120.0


def state(server: Server, product: str, image: str) -> str:
    path = f"/api/v4/products/{product}/images/{image}/scans"
    return str(server.call("GET", path)["scans"][0]["latestScanState"]["type"])


def ended(server: Server, product: str, image: str) -> str:
    deadline = time.monotonic() + WAIT_SECONDS
    while (now := state(server, product, image)) in ("new", "running"):
        assert time.monotonic() < deadline, now
        time.sleep(0.1)
    return now


def new_product(server: Server) -> str:
    return str(server.call("POST", "/api/v4/products", json={"name": "router"})["id"])


def test_a_cancelled_scan_stops_and_the_next_one_begins(tmp_path: Path, sample: Sample) -> None:
    with Server(tmp_path / "data", processes=1) as server:
        product = new_product(server)
        first = server.upload(product, sample.path, version="1")
        while state(server, product, first["id"]) == "new":
            time.sleep(0.02)
        scan = f"/api/v4/products/{product}/images/{first['id']}/scans/{first['latestScan']['id']}"
        cancelled = server.call("POST", f"{scan}/states", json={"type": "cancelled"})
        assert cancelled["latestScanState"]["type"] == "cancelled"
        second = server.upload(product, sample.path, version="2")
        assert ended(server, product, second["id"]) == "done"
        assert state(server, product, first["id"]) == "cancelled"
        counts = server.call("GET", f"/api/v4/products/{product}/images/{first['id']}?withCounts=true")["counts"]
        assert counts["dependenciesCount"] == 0, "nothing of a cancelled scan is stored"


def test_a_scan_that_cannot_be_done_fails_with_its_reason_and_is_told(tmp_path: Path) -> None:
    image = tmp_path / "firmware.bin"
    image.write_bytes(b"firmware" * 100)
    with Server(tmp_path / "data", workers=0, webhook_allow_private="true") as server, Receiver() as receiver:
        server.call("POST", "/api/v4/webhooks", json={"url": receiver.url()})
        product = new_product(server)
        lost = server.upload(product, image, version="1")
        for blob in (server.data_dir / "blobs").glob("*/*"):
            blob.unlink()
        server.stop()
        server.change(workers=1)
        server.start()
        assert ended(server, product, lost["id"]) == "failed"
        told = server.text(f"/api/v4/{lost['latestScan']['parent']}/scans/{lost['latestScan']['id']}/progress")
        assert "upload it again" in told
        (request,) = receiver.wait_for(1)
        assert b'"type":"scan.failed"' in request.body
        assert lost["latestScan"]["id"].encode() in request.body


@pytest.mark.parametrize("content", [b"\x00\x01\x02\x03" * 1000, os.urandom(100_000)], ids=["regular", "random"])
def test_an_image_that_is_no_image_is_a_finished_scan_without_findings(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "nothing.bin"
    path.write_bytes(content)
    with Server(tmp_path / "data") as server:
        product = new_product(server)
        image = server.upload(product, path, version="1")["id"]
        assert ended(server, product, image) == "done"
        counts: dict[str, Any] = server.call("GET", f"/api/v4/products/{product}/images/{image}?withCounts=true")
        assert counts["counts"]["findingTypeCounts"] == []
        scan = counts["latestScan"]
        problems = server.call("GET", f"/api/v4/{scan['parent']}/scans/{scan['id']}/problems")["problems"]
        assert "nothingRecognised" in [problem["kind"] for problem in problems]


def test_progress_of_a_finished_scan_is_told_at_once(tmp_path: Path, sample: Sample) -> None:
    with Server(tmp_path / "data") as server:
        product = new_product(server)
        image = server.upload(product, sample.path, version="1")
        assert ended(server, product, image["id"]) == "done"
        scan = f"/api/v4/products/{product}/images/{image['id']}/scans/{image['latestScan']['id']}"
        text = server.text(f"{scan}/progress")
    assert f'"stage": "{Stage.FINISHED}"' in text
    assert text.rstrip().endswith('event: state\ndata: {"type": "done"}')
