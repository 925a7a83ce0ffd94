"""Nothing that was answered 201 is lost, and nothing happens twice, whatever is killed and when.

PELLUCID_KILL_ROUNDS says how many scans are disturbed (4 unless it is set).
"""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.support.sample import Sample
from tests.support.server import Server

from pellucid.storage.database import Database

ROUNDS = int(os.environ.get("PELLUCID_KILL_ROUNDS", "4"))
FINISH_SECONDS = 180.0


def variant(sample: Sample, folder: Path, number: int) -> Path:
    """The sample with other bytes behind it: an image of its own, whose inside is known from the first."""
    path = folder / f"router-{number}.bin"
    path.write_bytes(sample.path.read_bytes() + f"build {number}".encode() * 50)
    return path


def forget(data_dir: Path) -> None:
    """Empty the result cache: the next scan has everything to do."""
    database = Database(f"sqlite:///{data_dir / 'pellucid.db'}")
    with database.begin() as tx:
        tx.session.execute(text("DELETE FROM content_result"))
    database.close()


def wait_for(server: Server, product_id: str, image_id: str) -> str:
    """The documented polling loop, with shorter naps."""
    deadline = time.monotonic() + FINISH_SECONDS
    path = f"/api/v4/products/{product_id}/images/{image_id}/scans?status=true"
    while time.monotonic() < deadline:
        state = server.call("GET", path)["scans"][0]["latestScanState"]["type"]
        if state != "in_progress":
            return str(state)
        time.sleep(0.2)
    raise AssertionError("the scan did not end")


def facts(data_dir: Path) -> list[dict[str, Any]]:
    """Per scan: how often it entered each state, and its numbers of rows."""
    tables = ("scan_artefact", "scan_dependency", "scan_crypto_asset", "scan_observation", "scan_problem", "occurrence")
    database = Database(f"sqlite:///{data_dir / 'pellucid.db'}")
    found = []
    with database.read() as tx:
        for scan_id in tx.session.scalars(text("SELECT id FROM scan ORDER BY id")).all():
            states = tx.session.scalars(text("SELECT type FROM scan_state WHERE scan_id = :id"), {"id": scan_id}).all()
            counts = {
                table: tx.session.scalar(text(f"SELECT count(*) FROM {table} WHERE scan_id = :id"), {"id": scan_id})
                for table in tables
            }
            found.append({"states": Counter(states), "counts": counts})
        assert tx.session.scalar(text("SELECT count(*) FROM job")) == 0
    database.close()
    return found


@pytest.mark.timeout(1800)
def test_scans_survive_the_killing_of_any_process_at_any_moment(tmp_path: Path, sample: Sample) -> None:
    chance = random.Random(20261121)
    killed: Counter[str] = Counter()
    with Server(tmp_path / "data", lease=5, processes=2) as server:
        product = server.call("POST", "/api/v4/products", json={"name": "router"})["id"]
        calm = server.upload(product, variant(sample, tmp_path, 0), version="0")
        begun = time.monotonic()
        assert wait_for(server, product, calm["id"]) == "completed"
        lasting = time.monotonic() - begun
        images = []
        for number in range(1, ROUNDS + 1):
            forget(server.data_dir)
            image = server.upload(product, variant(sample, tmp_path, number), version=str(number))
            images.append(image["id"])
            time.sleep(chance.uniform(0, lasting / 2))
            processes = server.processes()
            victim = chance.choice(processes)
            killed["server" if victim == server.pid else "worker or analysis"] += 1
            os.kill(victim, signal.SIGKILL)
            if victim == server.pid:
                server.wait()
                server.start()
        assert [wait_for(server, product, image) for image in images] == ["completed"] * ROUNDS
    everything = facts(server.data_dir)
    assert len(everything) == ROUNDS + 1
    for scan in everything:
        assert scan["states"] == {"new": 1, "running": 1, "done": 1}
        assert scan["counts"] == everything[0]["counts"]
    print(f"{ROUNDS} scans disturbed, killed: {dict(killed)}; each ended once with {everything[0]['counts']}")
