"""The documented gate, as it stands, against a real server."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.judged import HOLE, judged
from tests.support.scanned_trees import small_tree, store
from tests.support.server import Server

from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.storage.database import Database

GATE = Path(__file__).parents[2] / "docs" / "how-to" / "gate.sh"
OLD = judged(replace(HOLE, name="CVE-2021-0001"))
NEW = judged(replace(HOLE, name="CVE-2022-0002", severity=Severity.CRITICAL), known_fixed_version="1.37")
MILD = judged(replace(HOLE, name="CVE-2023-0003", severity=Severity.LOW))


@dataclass
class Gated:
    """A product on a server whose workers are asleep: scans end as tests want it."""

    server: Server
    product_id: str
    folder: Path

    def image(self, version: str, *findings: Finding, done: bool = True) -> Any:
        file = self.folder / "router.bin"
        file.write_bytes(f"version {version}".encode())
        image = self.server.upload(self.product_id, file, version=version)
        if done:
            database = Database(f"sqlite:///{self.server.data_dir / 'pellucid.db'}")
            store(database, self.product_id, image["latestScan"]["id"], small_tree(), *findings)
            database.close()
        return image

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        known = self.server.credentials()
        environment = {
            "PATH": os.environ["PATH"],
            "PELLUCID_URL": self.server.url,
            "PELLUCID_CLIENT_ID": known["clientId"],
            "PELLUCID_CLIENT_SECRET": known["clientSecret"],
            **settings,
        }
        command = ["bash", str(GATE), self.product_id, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server") / "data", workers=0) as running:
        yield running


@pytest.fixture
def gated(server: Server, tmp_path: Path) -> Gated:
    product = server.call("POST", "/api/v4/products", json={"name": f"router {tmp_path.name}"})
    return Gated(server, product["id"], tmp_path)


def test_what_is_new_in_the_newest_image_fails(gated: Gated) -> None:
    gated.image("1", OLD, MILD)
    gated.image("2", OLD, NEW, MILD)
    ended = gated.run()
    assert ended.returncode == 1, ended.stderr
    (line,) = ended.stdout.splitlines()
    assert line.split("\t") == ["critical", "new", "right", "CVE-2022-0002 in busybox", "", "fixed in 1.37"]
    assert gated.run(GATE_COMPARISON="notChanged").stdout.split("\t")[3] == "CVE-2021-0001 in busybox"
    assert gated.run(GATE_SEVERITIES="medium").returncode == 0
    assert gated.run(GATE_COMPARISON="notFound").returncode == 0
    assert len(gated.run(GATE_COMPARISON="found,notChanged", GATE_SEVERITIES="critical, high, low").stdout) > len(line)


def test_a_decision_opens_the_gate_for_good(gated: Gated) -> None:
    gated.image("1")
    gated.image("2", NEW)
    query = {"filters": [{"field": "name", "value": NEW.name}, {"field": "productId", "value": gated.product_id}]}
    (row,) = gated.server.call("POST", "/api/v4/grids/findings:gridList", json=query)["rows"]
    path = f"/api/v4/products/{gated.product_id}/findings/{row['id']}/CreateFindingState"
    assert gated.run().returncode == 1
    assert gated.server.call("POST", path, json={"status": "rejected"})["status"] == "rejected"
    opened = gated.run()
    assert (opened.returncode, opened.stdout) == (0, "gate: nothing that fails\n")
    gated.image("3")
    gated.image("4", NEW)
    assert gated.run().returncode == 0
    assert gated.run(GATE_STATUSES="rejected").returncode == 1


def test_without_an_image_before_everything_is_new(gated: Gated) -> None:
    gated.image("1", OLD, NEW)
    ended = gated.run("router")
    assert (ended.returncode, len(ended.stdout.splitlines())) == (1, 2)


def test_what_cannot_be_told_is_no_success(gated: Gated) -> None:
    assert "there is no image" in gated.run().stderr
    gated.image("1", OLD)
    gated.image("2", done=False)
    for ended in (
        gated.run(),
        gated.run("another"),
        gated.run(PELLUCID_CLIENT_SECRET="wrong"),
        gated.run(PELLUCID_URL="http://127.0.0.1:9"),
    ):
        assert ended.returncode == 2, ended.stdout
        assert ended.stderr
    assert "not done: new" in gated.run().stderr
    gated.image("3", NEW)
    refused = gated.run(GATE_SEVERITIES="awful")
    assert refused.returncode == 2
    assert "unspecified, low, medium" in refused.stderr
