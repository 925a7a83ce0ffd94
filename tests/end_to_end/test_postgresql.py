"""The same server on PostgreSQL: upload, scan, counts, restart."""

import time
from pathlib import Path

from tests.support.sample import Sample
from tests.support.server import Server


def test_a_scan_on_postgresql_finds_what_it_finds_on_sqlite(
    tmp_path: Path, sample: Sample, postgresql_url: str
) -> None:
    found = []
    for name, settings in (("sqlite", {}), ("postgresql", {"database_url": postgresql_url})):
        with Server(tmp_path / name, workers=2, processes=1, **settings) as server:
            product = server.call("POST", "/api/v4/products", json={"name": "router"})["id"]
            image = server.upload(product, sample.path, version="1")["id"]
            path = f"/api/v4/products/{product}/images/{image}"
            deadline = time.monotonic() + 120
            while server.call("GET", f"{path}/scans")["scans"][0]["latestScanState"]["type"] in ("new", "running"):
                assert time.monotonic() < deadline
                time.sleep(0.2)
            found.append(server.call("GET", f"{path}?withCounts=true")["counts"])
            server.stop()
            server.start()
            assert server.call("GET", f"{path}?withCounts=true")["counts"] == found[-1]
    assert found[0] == found[1]
    assert found[0]["dependenciesCount"] >= 8
