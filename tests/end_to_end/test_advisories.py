"""News about vulnerabilities: stored inventories are judged again, what became worse is an escalation."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import pellucid
from tests.support.sample import Sample
from tests.support.server import Server
from tests.support.small_feeds import kev_document, nvd_document, nvd_record

WAIT_SECONDS = 60.0
NAME, OTHER = "CVE-2018-1000517", "CVE-2014-0160"


def data_of_a_day(folder: Path, *exploited: str) -> Path:
    """Files as publishers have them: a vulnerability of every busybox, and which ones are known to be exploited."""
    folder.mkdir()
    record = nvd_record(NAME, product="busybox:busybox")
    (folder / "nvdcve-2.0-2018.json").write_bytes(nvd_document([record]))
    (folder / "known_exploited_vulnerabilities.json").write_text(json.dumps(kev_document(exploited)))
    return folder


def counts(server: Server, product: str, image: str) -> Any:
    return server.call("GET", f"/api/v4/products/{product}/images/{image}?withCounts=true")["counts"]


def test_news_about_a_stored_image_is_an_escalation_without_another_scan(tmp_path: Path, sample: Sample) -> None:
    with Server(tmp_path / "data") as server:
        taken = pellucid("advisories", "import", data_of_a_day(tmp_path / "old", OTHER), "--data-dir", server.data_dir)
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
        new = data_of_a_day(tmp_path / "new", OTHER, NAME)
        assert pellucid("advisories", "import", new, "--data-dir", server.data_dir).code == 0
        deadline = time.monotonic() + WAIT_SECONDS
        while (after := counts(server, product, image))["newEscalationsCount"] == 0:
            assert time.monotonic() < deadline, "no escalation"
            time.sleep(0.2)
        assert after["kev"] == after["newEscalationsCount"] >= 1
        assert {**after, "kev": 0, "newEscalationsCount": 0} == before
        assert len(server.call("GET", path)["scans"]) == 1


@pytest.mark.parametrize("content", ["no json", "{}", '{"vulnerabilities": 5', None])
def test_data_that_cannot_be_read_changes_nothing(tmp_path: Path, content: str | None) -> None:
    broken = tmp_path / "broken.json"
    if content is not None:
        broken.write_text(content)
    data_dir = tmp_path / "data"
    refused = pellucid("advisories", "import", broken, "--data-dir", data_dir)
    assert (refused.code, refused.stdout) == (2, "")
    assert str(broken) in refused.stderr
    assert not data_dir.exists()
    assert "what comes with Pellucid" in pellucid("advisories", "status", "--data-dir", data_dir).stdout


def test_the_folder_one_stands_in_can_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(data_of_a_day(tmp_path / "here", NAME))
    taken = pellucid("advisories", "import", ".", "--data-dir", tmp_path / "data")
    assert taken.code == 0, taken.stderr
    assert [line.split()[:3] for line in taken.stdout.splitlines()[1:]] == [["nvd", "new", "1"], ["kev", "new", "1"]]
