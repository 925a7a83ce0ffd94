"""What only a real server and real clients show: curl, early errors, connections that end, events."""

import hashlib
import http.client
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.support.api_client import Api, serving
from tests.support.contract_checks import check

from pellucid.api import uploads
from pellucid.domain.scan import ScanStateType
from pellucid.storage.repositories.scans import ScanRepository

MIB = 1 << 20


@pytest.fixture
def url(api: Api) -> Iterator[str]:
    with serving(api.app) as address:
        yield address


@pytest.fixture
def firmware(tmp_path: Path) -> Path:
    path = tmp_path / "firmware.bin"
    path.write_bytes(os.urandom(5 * MIB + 17))
    return path


def curl(*arguments: str) -> tuple[int, Any]:
    """Status and decoded body; fails when curl needs longer than 30 seconds."""
    command = ["curl", "--silent", "--show-error", "--max-time", "30", "--write-out", "\n%{http_code}", *arguments]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    body, _, status = output.rpartition("\n")
    return int(status), json.loads(body) if body else None


def settled(api: Api) -> bool:
    """Whether nothing half-written is left, soon."""
    deadline = time.monotonic() + 10
    while api.incoming() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not api.incoming()


def test_the_documented_call(api: Api, url: str, firmware: Path) -> None:
    status, image = curl(
        *("--request", "POST", "--url", f"{url}{api.product()}/images:upload"),
        *("--header", f"Authorization: Bearer {api.token(api.admin)}"),
        *("--header", "Content-Type: multipart/form-data"),
        *("--form", "imageName=router", "--form", "version=1.0.2", "--form", f"file=@{firmware}"),
    )
    assert status == 201
    assert [path.name for path in api.stored()] == [hashlib.sha256(firmware.read_bytes()).hexdigest()]
    link = image["files"][0]["downloadUrl"]
    assert link.startswith(url)
    assert httpx2.get(link).content == firmware.read_bytes()
    part = httpx2.get(link, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, firmware.read_bytes()[5:10])


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(["--header", "Transfer-Encoding: chunked"], id="chunked"),
        pytest.param(["--header", "Expect:"], id="no Expect"),
        pytest.param(["--header", "Expect: 100-continue"], id="Expect"),
        pytest.param(["--http1.0"], id="HTTP 1.0"),
    ],
)
def test_other_ways_to_send_a_form(api: Api, url: str, firmware: Path, more: list[str]) -> None:
    status, _ = curl(
        *("--header", f"Authorization: Bearer {api.token(api.admin)}", *more),
        *("--form", f"file=@{firmware}", "--form", "imageName=router", "--form", "version=1"),
        f"{url}{api.product()}/images:upload",
    )
    assert status == 201
    assert [path.stat().st_size for path in api.stored()] == [firmware.stat().st_size]


def test_a_form_whose_header_names_no_boundary(api: Api, url: str) -> None:
    body = b"".join(
        b'--B\r\nContent-Disposition: form-data; name="' + name + b"\r\n\r\n" + text + b"\r\n"
        for name, text in ((b'imageName"', b"router"), (b'version"', b"1"), (b'file"; filename="f.bin"', b"firmware"))
    )
    headers = {"Authorization": f"Bearer {api.token(api.admin)}", "Content-Type": "multipart/form-data"}
    answer = httpx2.post(f"{url}{api.product()}/images:upload", content=body + b"--B--\r\n", headers=headers)
    check(answer)
    assert answer.status_code == 201


def test_raw_bytes_go_to_a_signed_place(api: Api, url: str, firmware: Path) -> None:
    headers = {"Authorization": f"Bearer {api.token(api.admin)}"}
    product = f"{url}{api.product()}"
    place = httpx2.get(f"{product}/tempFiles:generateUploadUrl", headers=headers).json()
    status, _ = curl("--upload-file", str(firmware), place["uploadUrl"])
    assert status == 200
    query = {"imageName": "router", "version": "1", "filename": "firmware.bin", "tempFileId": place["id"]}
    assert httpx2.post(f"{product}/images:upload", params=query, headers=headers).status_code == 201


@pytest.mark.parametrize("expect", ["Expect:", "Expect: 100-continue"])
def test_an_early_refusal_does_not_hang(api: Api, url: str, tmp_path: Path, expect: str) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(300 * MIB)
    call = ["--header", expect, "--form", f"file=@{large}", f"{url}{api.product()}/images:upload"]
    assert curl(*call)[0] == 401
    token = ["--header", f"Authorization: Bearer {api.token(api.admin)}"]
    api.settings.upload_limit = MIB
    assert curl(*token, *call)[0] == 413
    assert curl(*token, "--header", "Transfer-Encoding: chunked", *call)[0] == 413
    assert settled(api)
    assert api.stored() == []


def test_a_client_that_sends_everything_first_hears_why_it_was_refused(api: Api, url: str) -> None:
    api.settings.upload_limit = MIB
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    headers = {"Authorization": f"Bearer {api.token(api.admin)}", "Content-Type": "multipart/form-data; boundary=B"}
    connection.request("POST", f"{api.product()}/images:upload", b"x" * (32 * MIB), headers)
    answer = connection.getresponse()
    assert answer.status == 413
    answer.read()
    # The connection is good for the next request.
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_leaves_half_way_leaves_nothing(api: Api, url: str, chunked: bool) -> None:
    target = f"{api.product()}/images:upload"
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {100 * MIB}"
    head = (
        f"POST {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.token(api.admin)}\r\n"
        f"Content-Type: multipart/form-data; boundary=B\r\n{length}\r\n\r\n"
    )
    body = b'--B\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' + b"x" * (4 * MIB)
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port)) as connection:
        connection.sendall(head.encode() + (b"%x\r\n" % len(body) + body + b"\r\n" if chunked else body))
        deadline = time.monotonic() + 10
        while not (found := api.incoming()) or not found[0].stat().st_size:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert settled(api)
    assert api.stored() == []
    assert httpx2.get(f"{url}/healthz").status_code == 200


def test_a_client_that_stops_sending_is_told(api: Api, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "IDLE_SECONDS", 0.3)
    head = (
        f"POST {api.product()}/images:upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.token(api.admin)}\r\n"
        f"Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 1000\r\n\r\n--B\r\n"
    )
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
    assert settled(api)


def test_the_progress_of_a_scan_ends_with_its_state(api: Api, url: str) -> None:
    product = api.product()
    image = api.image(product)
    scan_id = image["latestScan"]["id"]
    path = f"{product}/images/{image['id']}/scans/{scan_id}/progress"
    assert httpx2.get(url + path).status_code == 401
    headers = {"Authorization": f"Bearer {api.token(api.admin)}"}

    def finish() -> None:
        with api.database.begin() as tx:
            ScanRepository(tx).enter(scan_id, ScanStateType.DONE)

    timer = threading.Timer(0.3, finish)
    timer.start()
    with httpx2.stream("GET", url + path, headers=headers, timeout=30) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = "".join(answer.iter_text())
    timer.join()
    events = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    assert events[0]["event"] == "progress"
    assert json.loads(events[0]["data"]).keys() == {"stage", "done", "known", "bytes", "problems"}
    assert events[-1] == {"event": "state", "data": '{"type": "done"}'}
