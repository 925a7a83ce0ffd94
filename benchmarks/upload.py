"""Uploads: how fast the server takes a large file, and how much memory it needs meanwhile.

    python benchmarks/upload.py [--size MIB] [--folder DIR] [--rounds N]

In one run, on one disk: `cp` and `sha256sum` of a file of random bytes, then the documented curl upload of the same
file to a server of its own. Required: half the rate of the two together, and a peak below 200 MB.
"""

import argparse
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import uvicorn

from pellucid.api.application import create_application
from pellucid.blobs.local import LocalBlobs
from pellucid.services.identity import Identity
from pellucid.services.tokens import Tokens
from pellucid.services.vault import Vault
from pellucid.settings import Settings
from pellucid.storage.database import Database
from pellucid.storage.migration import upgrade

MIB = 1 << 20
MOST_MEMORY = 200e6
LEAST_RATIO = 0.5
PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


def main() -> int:
    arguments = parse()
    if arguments.serve:
        serve(Path(arguments.folder), arguments.serve)
        return 0
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        return measure(Path(folder), arguments.size * MIB, arguments.rounds)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=2048, help="MiB to upload (2048)")
    parser.add_argument("--rounds", type=int, default=2, help="how often; the last one counts (2)")
    parser.add_argument("--folder", default=None, help="where to work; needs four times the size")
    parser.add_argument("--serve", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(folder: Path, size: int, rounds: int) -> int:
    source = folder / "source.bin"
    fill(source, size)
    data = folder / "data"
    prepare(data)
    port = free_port()
    command = [sys.executable, __file__, "--folder", str(data), "--serve", str(port)]
    server = subprocess.Popen(command)
    try:
        url = f"http://127.0.0.1:{port}"
        wait(url)
        token = authenticate(url, data)
        product = call(url, token, "/api/v4/products", {"name": "Benchmark"})["id"]
        for number in range(1, rounds + 1):
            local = clock(["cp", str(source), str(folder / "copy.bin")])
            digest = clock(["sha256sum", str(source)])
            (folder / "copy.bin").unlink()
            sent = upload(url, token, product, source, number)
        peak = peak_memory(server.pid)
    finally:
        server.terminate()
        server.wait()
    return report(size, local, digest, sent, peak)


def report(size: int, copied: float, digest: float, sent: float, peak: int) -> int:
    ratio = (copied + digest) / sent
    rows = [
        ("cp", copied),
        ("sha256sum", digest),
        ("both", copied + digest),
        ("curl upload", sent),
    ]
    print(f"{'':14}{'seconds':>10}{'MiB/s':>10}")
    for name, seconds in rows:
        print(f"{name:14}{seconds:>10.2f}{size / MIB / seconds:>10.0f}")
    print(f"rate of the upload in that of both: {ratio:.2f} (required: {LEAST_RATIO})")
    print(f"peak memory of the server: {peak / 1e6:.0f} MB (allowed: {MOST_MEMORY / 1e6:.0f})")
    return 0 if ratio >= LEAST_RATIO and peak < MOST_MEMORY else 1


def fill(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for _ in range(size // MIB):
            file.write(os.urandom(MIB))
        file.flush()
        os.fsync(file.fileno())


def peak_memory(pid: int) -> int:
    """Bytes of resident memory at most, as the kernel counted them."""
    found = PEAK.search(Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def clock(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def upload(url: str, token: str, product: str, source: Path, number: int) -> float:
    """The documented call; only its version changes."""
    target = f"{url}/api/v4/products/{product}/images:upload"
    headers = [f"Authorization: Bearer {token}", "Content-Type: multipart/form-data"]
    form = ["imageName=benchmark", f"version={number}", f"file=@{source}"]
    command = ["curl", "--silent", "--show-error", "--fail-with-body", "--request", "POST", "--url", target]
    for header in headers:
        command += ["--header", header]
    for field in form:
        command += ["--form", field]
    return clock(command)


def prepare(data: Path) -> None:
    data.mkdir()
    database = Database(f"sqlite:///{data / 'pellucid.db'}")
    upgrade(database)
    with database.begin() as tx:
        Identity(tx).first_start(data / "credentials.json")
    database.close()


def serve(data: Path, port: int) -> None:
    settings = Settings(data_dir=data, disk_reserve=0)
    app = create_application(
        settings=settings,
        database=Database(f"sqlite:///{data / 'pellucid.db'}"),
        blobs=LocalBlobs(data),
        tokens=Tokens(data / "keys", settings),
        vault=Vault(data / "keys"),
    )
    uvicorn.run(app, port=port, loop="uvloop", http="httptools", log_level="warning")


def wait(url: str) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{url}/healthz", timeout=5).close()
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not become ready")


def authenticate(url: str, data: Path) -> str:
    known = json.loads((data / "credentials.json").read_text())
    form = f"grant_type=client_credentials&client_id={known['clientId']}&client_secret={known['clientSecret']}"
    request = urllib.request.Request(f"{url}/realms/pellucid/protocol/openid-connect/token", form.encode())
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["access_token"])


def call(url: str, token: str, path: str, body: object) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        answered: dict[str, str] = json.load(answer)
        return answered


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
