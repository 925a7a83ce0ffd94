"""`pellucid upload`, `wait` and `status` against a real server."""

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
