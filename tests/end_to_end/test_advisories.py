"""News about vulnerabilities: stored inventories are judged again, what became worse is an escalation."""

import json
import time
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import pellucid
from tests.support.sample import Sample
from tests.support.server import Server

import pellucid as package

WAIT_SECONDS = 60.0


def data_of_a_day(folder: Path, day: str) -> Path:
    """The bundled data as it was on `day`: vulnerabilities known to be exploited by then."""
    folder.mkdir()
    with as_file(files(package.__name__).joinpath("advisories/bundled")) as bundled:
        (folder / "osv.json").write_bytes((bundled / "osv.json").read_bytes())
        catalogue = json.loads((bundled / "kev.json").read_bytes())
    catalogue["vulnerabilities"] = [entry for entry in catalogue["vulnerabilities"] if entry["dateAdded"] <= day]
    catalogue["count"] = len(catalogue["vulnerabilities"])
    (folder / "kev.json").write_text(json.dumps(catalogue))
    return folder


def counts(server: Server, product: str, image: str) -> Any:
    return server.call("GET", f"/api/v4/products/{product}/images/{image}?withCounts=true")["counts"]


def test_news_about_a_stored_image_is_an_escalation_without_another_scan(tmp_path: Path, sample: Sample) -> None:
    with Server(tmp_path / "data") as server:
        old = data_of_a_day(tmp_path / "old", "2023-11-20")
        taken = pellucid("advisories", "import", old, "--data-dir", server.data_dir)
        assert taken.code == 0, taken.stderr
        product = server.call("POST", "/api/v4/products", json={"name": "router"})["id"]
        image = server.upload(product, sample.path, version="1")["id"]
        path = f"/api/v4/products/{product}/images/{image}/scans"
        deadline = time.monotonic() + WAIT_SECONDS
        while server.call("GET", f"{path}?status=true")["scans"][0]["latestScanState"]["type"] == "in_progress":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        before = counts(server, product, image)
        assert (before["kev"], before["newEscalationsCount"]) == (0, 0)
        new = data_of_a_day(tmp_path / "new", "2026-12-31")
        assert pellucid("advisories", "import", new, "--data-dir", server.data_dir).code == 0
        deadline = time.monotonic() + WAIT_SECONDS
        while (after := counts(server, product, image))["newEscalationsCount"] == 0:
            assert time.monotonic() < deadline, "no escalation"
            time.sleep(0.2)
        assert after["kev"] == after["newEscalationsCount"] >= 1
        assert {**after, "kev": 0, "newEscalationsCount": 0} == before
        assert len(server.call("GET", path)["scans"]) == 1


def test_data_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"vulnerabilities": 5')
    data_dir = tmp_path / "data"
    refused = pellucid("advisories", "import", broken, "--data-dir", data_dir)
    assert refused.code == 2
    assert "broken.json" in refused.stderr
    assert "what comes with Pellucid" in pellucid("advisories", "status", "--data-dir", data_dir).stdout


def test_the_folder_one_stands_in_can_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(data_of_a_day(tmp_path / "here", "2026-12-31"))
    taken = pellucid("advisories", "import", ".", "--data-dir", tmp_path / "data")
    assert taken.code == 0, taken.stderr
    assert "(imported)" in taken.stdout
