"""`pellucid upload`: what is sent, how much memory that takes, what becomes of refusals."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.command_line import Ended, environment, pellucid
from tests.support.scripted_api import Reply, ScriptedApi, events

PRODUCT = "01J9Z3T5N8K2V4Q6R7S0W1X2Y3"
IMAGE = "01J9Z3T5N8K2V4Q6R7S0W1X2Y4"
SCAN = "01J9Z3T5N8K2V4Q6R7S0W1X2Y5"
UPLOAD = f"POST /api/v4/products/{PRODUCT}/images:upload"
IMAGE_PATH = f"/api/v4/products/{PRODUCT}/images/{IMAGE}"
UPLOADED = {"id": IMAGE, "name": "fw.bin", "version": "1.0.2", "latestScan": {"id": SCAN}}
MIB = 1 << 20


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    with ScriptedApi() as running:
        running.routes["GET /api/v4/products"] = lambda _: Reply({"products": [{"id": PRODUCT, "name": "router"}]})
        running.routes[UPLOAD] = lambda _: Reply(UPLOADED, 201)
        yield running


@pytest.fixture
def firmware(tmp_path: Path) -> Path:
    path = tmp_path / "fw.bin"
    path.write_bytes(bytes(range(256)) * 1000)
    return path


def upload(api: ScriptedApi, path: Path, *options: str) -> Ended:
    arguments = ("upload", path, "--product", "router", "--version", "1.0.2", *options)
    return pellucid(*arguments, PELLUCID_URL=api.url, PELLUCID_TOKEN="token")


def test_sends_name_version_and_file_as_the_documented_call_does(api: ScriptedApi, firmware: Path) -> None:
    ended = upload(api, firmware)
    assert ended.code == 0, ended.stderr
    assert ended.stdout == f"Uploaded fw.bin 1.0.2, 256.0 kB: image {IMAGE}\n"
    assert f"pellucid wait {PRODUCT} {IMAGE}" in ended.stderr
    (request,) = api.seen(UPLOAD)
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="imageName"\r\n\r\nfw.bin\r\n' % boundary,
        b'--%s\r\nContent-Disposition: form-data; name="version"\r\n\r\n1.0.2\r\n' % boundary,
        b'--%s\r\nContent-Disposition: form-data; name="file"; filename="fw.bin"\r\n' % boundary,
        b"Content-Type: application/octet-stream\r\n\r\n",
    ]
    head = b"".join(parts)
    assert request.body.startswith(head)
    whole = head + firmware.read_bytes() + b"\r\n--%s--\r\n" % boundary
    assert (request.size, request.digest) == (len(whole), hashlib.sha256(whole).hexdigest())


def test_prints_the_image_as_json(api: ScriptedApi, firmware: Path) -> None:
    ended = upload(api, firmware, "--name", "router", "--format", "json")
    assert json.loads(ended.stdout) == UPLOADED
    assert ended.stderr == ""
    assert b'name="imageName"\r\n\r\nrouter\r\n' in api.seen(UPLOAD)[0].body


def test_waits_when_it_is_asked_to(api: ScriptedApi, firmware: Path) -> None:
    api.routes[f"GET {IMAGE_PATH}"] = lambda _: Reply(UPLOADED)
    failed = events(("state", {"type": "failed"}))
    api.routes[f"GET {IMAGE_PATH}/scans/{SCAN}/progress"] = lambda _: Reply(chunks=failed, type="text/event-stream")
    ended = upload(api, firmware, "--wait")
    assert ended.code == 2
    assert IMAGE in ended.stdout
    assert "the scan has failed" in ended.stderr


def test_a_refusal_is_shown_and_nothing_is_sent_again(api: ScriptedApi, firmware: Path) -> None:
    api.routes[UPLOAD] = lambda _: Reply({"message": "There is an image fw.bin 1.0.2 already."}, 409)
    ended = upload(api, firmware)
    assert (ended.code, ended.stdout) == (2, "")
    assert "There is an image fw.bin 1.0.2 already. (HTTP 409)" in ended.stderr
    assert len(api.seen(UPLOAD)) == 1


def test_an_empty_file_is_sent_too(api: ScriptedApi, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert upload(api, tmp_path / "empty").code == 0
    assert api.seen(UPLOAD)[0].body.endswith(b"octet-stream\r\n\r\n\r\n--" + boundary_of(api) + b"--\r\n")


def test_memory_does_not_grow_with_the_file(api: ScriptedApi, tmp_path: Path) -> None:
    peaks = []
    for size in (1 * MIB, 200 * MIB):
        path = tmp_path / f"{size}.bin"
        with path.open("wb") as stream:
            stream.truncate(size)
        program = (
            "import resource, sys\n"
            "from pellucid.cli.main import main\n"
            "code = main(sys.argv[1:])\n"
            "sys.stderr.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))\n"
            "sys.exit(code)\n"
        )
        arguments = ["upload", str(path), "--product", PRODUCT, "--version", "1", "--format", "json"]
        variables = environment(PELLUCID_URL=api.url, PELLUCID_TOKEN="token")
        command = [sys.executable, "-c", program, *arguments]
        ended = subprocess.run(command, check=True, env=variables, capture_output=True, text=True, timeout=240)
        peaks.append(int(ended.stderr.splitlines()[-1]) * 1024)
    assert peaks[1] - peaks[0] < 16 * MIB, peaks


def boundary_of(api: ScriptedApi) -> bytes:
    return api.seen(UPLOAD)[0].headers["content-type"].partition("boundary=")[2].encode()
