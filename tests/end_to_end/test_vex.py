"""VEX from end to end: decided on one server's product, written, and understood where it comes with the next image."""

import io
import json
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import pellucid
from tests.support.server import Server
from tests.support.small_feeds import nvd_document, nvd_record

WAIT_SECONDS = 60.0
NAME = "CVE-2018-1000517"
RELEASE = b'ID=debian\nVERSION_ID="12"\n'
STATUS = b"""\
Package: busybox
Status: install ok installed
Version: 1:1.35.0-4
Maintainer: Nobody <nobody@example.org>
Priority: optional
Section: utils
Architecture: arm64
Description: tiny utilities
"""


def image(folder: Path, name: str, **files: bytes) -> Path:
    """A root file system with busybox, and these files in etc."""
    path = folder / f"{name}.tar"
    content = {
        "etc/os-release": RELEASE,
        "var/lib/dpkg/status": STATUS,
        **{f"etc/{key}": v for key, v in files.items()},
    }
    with tarfile.open(path, "w") as archive:
        for place, data in content.items():
            entry = tarfile.TarInfo(place)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("vex")
    (folder / "feeds").mkdir()
    record = nvd_record(NAME, product="busybox:busybox")
    (folder / "feeds" / "nvdcve-2.0-2018.json").write_bytes(nvd_document([record]))
    with Server(folder / "data") as running:
        taken = pellucid("advisories", "import", folder / "feeds", "--data-dir", running.data_dir)
        assert taken.code == 0, taken.stderr
        yield running


def until(done: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := done()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


class Router:
    """A product with one image whose scan has ended."""

    def __init__(self, server: Server, name: str, path: Path) -> None:
        self.server = server
        self.path = f"/api/v4/products/{server.call('POST', '/api/v4/products', json={'name': name})['id']}"
        self.id = self.path.rpartition("/")[2]
        image = server.upload(self.id, path, version="1")
        self.image = f"{self.path}/images/{image['id']}"
        until(lambda: self._state() != "in_progress")
        assert self._state() == "completed"

    def _state(self) -> str:
        state: str = self.server.call("GET", f"{self.image}/scans?status=true")["scans"][0]["latestScanState"]["type"]
        return state

    def finding(self) -> Any:
        filters = [{"field": "name", "value": NAME}, {"field": "productId", "value": self.id}]
        rows = self.server.call("POST", "/api/v4/grids/findings:gridList", json={"filters": filters})["rows"]
        (row,) = rows
        return self.server.call("GET", f"{self.path}/findings/{row['id']}")

    def vex(self, what: str = "openVEX") -> Any:
        return self.server.call("GET", f"{self.image}/vexReport:{what}")

    def attach(self, document: bytes, name: str = "router.openvex.json", **metadata: str) -> str:
        files = {"file": (name, document)}
        found: str = self.server.call("POST", f"{self.image}/files", data=metadata, files=files)["id"]
        return found

    def said(self, file_id: str) -> Any:
        return self.server.call("GET", f"{self.image}/files/{file_id}")["metadata"].get("vex")


@pytest.fixture(scope="module")
def decided(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Router:
    router = Router(server, "decided", image(tmp_path_factory.mktemp("first"), "router"))
    found = router.finding()
    assert (found["status"], found["hasVEX"]) == ("new", False)
    server.call("POST", f"{router.path}/findings/{found['id']}/CreateFindingState", json={"status": "rejected"})
    return router


@pytest.mark.parametrize("what", ["openVEX", "cycloneDX"])
def test_what_was_decided_comes_back_with_the_next_image(
    decided: Router, server: Server, tmp_path: Path, what: str
) -> None:
    document = json.dumps(decided.vex(what)).encode()
    other = Router(server, f"other {what}", image(tmp_path, "router"))
    assert other.finding()["status"] == "new"
    file_id = other.attach(document, **({"kind": "vex"} if what == "openVEX" else {}))
    assert until(lambda: other.said(file_id)) == "read: 1 statements"
    found = other.finding()
    assert (found["status"], found["hasVEX"]) == ("rejected", True)
    note = found["occurrences"][0]["notes"][-1]
    assert "VEX: router.openvex.json" in note["content"]
    (statement,) = other.vex()["statements"]
    assert (statement["status"], statement["supplier"][:25]) == ("not_affected", "VEX: router.openvex.json,"[:25])


def test_a_document_in_the_image_is_the_makers_word(decided: Router, server: Server, tmp_path: Path) -> None:
    document = json.dumps(decided.vex()).encode()
    router = Router(server, "inside", image(tmp_path, "router", vex=document))
    found = router.finding()
    assert (found["status"], found["hasVEX"]) == ("rejected", True)
    assert "VEX in the image: vex" in found["occurrences"][0]["notes"][-1]["content"]
    counts = server.call("GET", f"{router.image}?withCounts=true")["counts"]
    assert {"type": "dependencyVulnerability", "count": 1} in counts["findingTypeCounts"]


def test_what_is_no_document_says_so(decided: Router) -> None:
    file_id = decided.attach(b"%PDF-1.7", "datasheet.pdf", kind="vex")
    assert until(lambda: decided.said(file_id)) == "not read: no VEX document, or one that states nothing"
    assert decided.finding()["status"] == "rejected"


def test_documents_from_the_command_line(decided: Router, server: Server) -> None:
    known = server.credentials()
    environment = {
        "PELLUCID_URL": server.url,
        "PELLUCID_CLIENT_ID": known["clientId"],
        "PELLUCID_CLIENT_SECRET": known["clientSecret"],
    }
    shown = pellucid("report", "vex", "--product", "decided", "--image", "router@1", **environment)
    assert shown.code == 0, shown.stderr
    assert json.loads(shown.stdout) == decided.vex()


def test_a_scan_without_a_server_writes_it_too(decided: Router, server: Server, tmp_path: Path) -> None:
    document = json.dumps(decided.vex()).encode()
    for name, files, status in (("plain", {}, "under_investigation"), ("inside", {"vex": document}, "not_affected")):
        path = image(tmp_path, name, **files)
        shown = pellucid("scan", path, "--format", "openvex", "--data-dir", server.data_dir)
        assert shown.code == 0, shown.stderr
        (statement,) = json.loads(shown.stdout)["statements"]
        assert (statement["vulnerability"]["name"], statement["status"]) == (NAME, status)
        assert ("VEX in the image: vex" in statement.get("supplier", "")) == bool(files)
    shown = pellucid("scan", path, "--format", "cyclonedx-vex", "--data-dir", server.data_dir)
    (found,) = json.loads(shown.stdout)["vulnerabilities"]
    assert found["analysis"]["state"] == "not_affected"
