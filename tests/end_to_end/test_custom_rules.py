"""Rules of one's own on a real server: given, found, changed, disabled, and gone from the next scan."""

import io
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.rule_exercises import archive
from tests.support.server import Server

WAIT_SECONDS = 60.0
PORT = 'rule acme_port { meta: severity = "high" type = "backdoor" strings: $a = "debugd --port" condition: $a }'
BETTER = PORT.replace('"high"', '"critical"')
KEY = 'rule acme_key { strings: $a = "ACME-KEY" condition: $a }'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("rules") / "data") as running:
        yield running


def image(folder: Path) -> Path:
    path = folder / "image.tar"
    with tarfile.open(path, "w") as made:
        for name, body in {"etc/rc": b"#!/bin/sh\ndebugd --port 2323\n", "etc/key": b"ACME-KEY 1\n"}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            made.addfile(entry, io.BytesIO(body))
    return path


def give(server: Server, **files: str) -> str:
    answer = server.call("POST", "/api/v4/customRules:updateRules", files={"file": ("rules.zip", archive(**files))})
    return str(answer["version"]["id"])


def scanned(server: Server, product: str, path: Path, version: str) -> dict[str, Any]:
    """Findings of rules by name, after a whole scan."""
    made = server.upload(product, path, version=version)
    scans = f"/api/v4/products/{product}/images/{made['id']}/scans?status=true"
    deadline = time.monotonic() + WAIT_SECONDS
    while (state := server.call("GET", scans)["scans"][0]["latestScanState"]["type"]) == "in_progress":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert state == "completed"
    wanted = {"filters": [{"field": "imageId", "comparator": "equals", "value": made["id"]}], "page": {"size": 100}}
    rows = server.call("POST", "/api/v4/grids/findings:gridList", json=wanted)["rows"]
    return {row["name"]: row for row in rows if row["name"].startswith("acme_")}


def occurrences(server: Server, product: str, finding: str) -> list[Any]:
    found: list[Any] = server.call("GET", f"/api/v4/products/{product}/findings/{finding}")["occurrences"]
    return found


def test_the_newest_set_that_is_enabled_decides_what_a_scan_finds(server: Server, tmp_path: Path) -> None:
    product = server.call("POST", "/api/v4/products", json={"name": "Router"})["id"]
    path = image(tmp_path)
    assert scanned(server, product, path, "0") == {}
    give(server, port=PORT, key=KEY)
    first = scanned(server, product, path, "1")
    assert {name: (row["severity"], row["type"]) for name, row in first.items()} == {
        "acme_port": ("high", "maliciousCode"),
        "acme_key": ("medium", "suspiciousCode"),
    }
    second_set = give(server, port=BETTER, key=KEY)
    server.call("POST", "/api/v4/customRules:bulkDisable", json={"names": ["acme_key"]})
    second = scanned(server, product, path, "2")
    assert set(second) == {"acme_port"}
    assert second["acme_port"]["severity"] == "critical"
    assert second["acme_port"]["id"] == first["acme_port"]["id"], "it is the same finding, whatever the version"
    said = [item for found in occurrences(server, product, second["acme_port"]["id"]) for item in found["evidence"]]
    (seen,) = said
    assert seen["attributes"]["ruleset"] == f"own rules {second_set}"
    assert seen["artefacts"] == [{"path": "image.tar!etc/rc", "offset": 10, "length": 13}]
    assert seen["attributes"]["hex"].startswith(b"#!/bin/sh\ndebugd --port".hex(" "))
    server.call("POST", "/api/v4/customRules:bulkEnable", json={"names": ["acme_key"]})
    assert set(scanned(server, product, path, "3")) == {"acme_port", "acme_key"}
