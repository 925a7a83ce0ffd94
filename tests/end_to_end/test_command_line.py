"""`pellucid upload`, `wait`, `status` and `report` against a real server."""

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.certificates import certificate
from tests.support.command_line import Ended, pellucid
from tests.support.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server") / "data") as running:
        yield running


def client(server: Server, *arguments: object) -> Ended:
    known = server.credentials()
    return pellucid(
        *arguments,
        PELLUCID_URL=server.url,
        PELLUCID_CLIENT_ID=known["clientId"],
        PELLUCID_CLIENT_SECRET=known["clientSecret"],
    )


def test_an_image_is_uploaded_followed_and_shown(server: Server, tmp_path: Path) -> None:
    server.call("POST", "/api/v4/products", json={"name": "router"})
    _, key_file = certificate(tmp_path, "router.example")
    path = tmp_path / "firmware.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(key_file, "etc/server.key")
        info = tarfile.TarInfo("filler")
        info.size = 3_000_000
        archive.addfile(info, io.BytesIO(bytes(info.size)))

    uploaded = client(server, "upload", path, "--product", "router", "--version", "1.0.2", "--wait")
    assert uploaded.code == 0, uploaded.stderr
    assert uploaded.stdout.startswith("Uploaded firmware.tar 1.0.2, 3.0 MB: image 0")
    assert uploaded.stderr.splitlines()[-1] == (
        "The scan is completed: 0 dependencies, 1 findings, 1 cryptographic assets."
    )
    assert "No progress to show" not in uploaded.stderr

    shown = client(server, "status", "router", "firmware.tar@1.0.2", "--format", "json")
    image = json.loads(shown.stdout)
    assert image["counts"]["cryptographicAssetsCount"] == 1
    assert image["latestScan"]["latestScanState"]["type"] == "done"
    assert client(server, "wait", "router", image["id"]).code == 0

    again = client(server, "upload", path, "--product", "router", "--version", "1.0.2")
    assert (again.code, again.stdout) == (2, "")
    assert "(HTTP 409)" in again.stderr


def test_wrong_credentials_and_unknown_names_are_told_apart(server: Server) -> None:
    wrong = pellucid(
        "status", "router", "x", PELLUCID_URL=server.url, PELLUCID_CLIENT_ID="a", PELLUCID_CLIENT_SECRET="b"
    )
    assert wrong.code == 2
    assert "(HTTP 401): check PELLUCID_TOKEN" in wrong.stderr
    unknown = client(server, "status", "switch", "x")
    assert unknown.code == 2
    assert "There is no product 'switch'" in unknown.stderr


STATUS = b"".join(
    b"Package: %s\nStatus: install ok installed\nArchitecture: arm64\nVersion: %s\nMaintainer: Debian\n%s\n" % package
    for package in (
        (b"zlib1g", b"1:1.2.13.dfsg-1", b"Source: zlib\nDepends: libc6\n"),
        (b"libc6", b"2.36-9+deb12u4", b"Source: glibc\n"),
    )
)


def test_a_server_writes_the_bill_that_a_scan_writes(server: Server, tmp_path: Path) -> None:
    server.call("POST", "/api/v4/products", json={"name": "gateway"})
    path = tmp_path / "gateway.tar"
    with tarfile.open(path, "w") as archive:
        for name, content in (
            ("var/lib/dpkg/status", STATUS),
            ("etc/os-release", b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n'),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    image = json.loads(
        client(server, "upload", path, "--product", "gateway", "--version", "1", "--wait", "--format", "json").stdout
    )

    here, there = tmp_path / "here.json", tmp_path / "there.json"
    here.write_text(pellucid("scan", path, "--format", "cyclonedx", "--processes", "1").stdout)
    of_image = ("report", "sbom", "--product", "gateway", "--image", image["id"])
    assert client(server, *of_image, "--output", there).code == 0
    local, stored = json.loads(here.read_text()), json.loads(there.read_text())
    assert stored["metadata"]["component"]["name"] == "gateway.tar"
    assert {item["name"] for item in stored["components"]} >= {"zlib1g", "libc6"}
    for part in ("components", "dependencies", "compositions"):
        assert stored[part] == local[part], part
    assert client(server, *of_image, "--format", "spdx").stdout.startswith("{")

    counted = json.loads(client(server, "status", "gateway", image["id"], "--format", "json").stdout)
    query = {"filters": [{"field": "imageId", "value": image["id"]}]}
    grid = server.call("POST", "/api/v4/grids/dependencies:gridList", json=query)
    assert counted["counts"]["dependenciesCount"] == grid["total"] == len(stored["components"])
