"""A real `pellucid serve` in its own process tree, on loopback and a free port."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2

START_SECONDS = 60.0


class Server:
    """Starts, restarts and kills one server over one data directory."""

    def __init__(self, data_dir: Path, **settings: object) -> None:
        self.data_dir = data_dir
        self._environment = {f"PELLUCID_{name.upper()}": str(value) for name, value in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        self._token = ""
        self.port = 0

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start, and wait until it is ready; a restart keeps the port."""
        command = [sys.executable, "-m", "pellucid.cli.main", "serve"]
        options = ["--data-dir", str(self.data_dir), "--port", str(self.port)]
        self.data_dir.mkdir(parents=True, exist_ok=True)
        log = self.data_dir.parent / f"{self.data_dir.name}.log"
        with log.open("ab") as sink:
            start = sink.tell()
            environment = {**os.environ, **self._environment}
            self._process = subprocess.Popen([*command, *options], stdout=sink, stderr=sink, env=environment)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            text = log.read_bytes()[start:].decode("utf-8", "replace")
            if found := re.search(r"listening on http://[\d.]+:(\d+)", text):
                self.port = int(found[1])
                if self._ready():
                    return
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended ({self._process.returncode}):\n{text}")
            time.sleep(0.05)
        raise RuntimeError(f"the server did not become ready:\n{log.read_text()}")

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self.wait()

    def wait(self) -> None:
        """Until the process that answers requests has ended."""
        if self._process is not None:
            self._process.wait()

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def processes(self) -> list[int]:
        """Every process of the tree, the server first."""
        children: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        found, level = [], [self.pid] if self.alive() else []
        while level:
            found += level
            level = [child for pid in level for child in children.get(pid, [])]
        return found

    def credentials(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.data_dir / "credentials.json").read_text())
        return found

    def token(self) -> str:
        if not self._token:
            known = self.credentials()
            form = {"grant_type": "client_credentials"}
            form |= {"client_id": known["clientId"], "client_secret": known["clientSecret"]}
            url = f"{self.url}/realms/pellucid/protocol/openid-connect/token"
            self._token = httpx2.post(url, data=form, timeout=30).raise_for_status().json()["access_token"]
        return self._token

    def call(self, method: str, path: str, **options: Any) -> Any:
        """An authenticated request; the decoded answer. Raises on an error status."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        answer = httpx2.request(method, self.url + path, headers=headers, timeout=120, **options)
        answer.raise_for_status()
        return answer.json()

    def text(self, path: str) -> str:
        """The whole of an authenticated answer that is not JSON."""
        answer = httpx2.get(self.url + path, headers={"Authorization": f"Bearer {self.token()}"}, timeout=120)
        return answer.raise_for_status().text

    def change(self, **settings: object) -> None:
        """Other settings from the next start on."""
        self._environment |= {f"PELLUCID_{name.upper()}": str(value) for name, value in settings.items()}

    def upload(self, product_id: str, path: Path, *, version: str) -> Any:
        """The documented upload; the image."""
        with path.open("rb") as stream:
            return self.call(
                "POST",
                f"/api/v4/products/{product_id}/images:upload",
                data={"imageName": path.stem, "version": version},
                files={"file": (path.name, stream, "application/octet-stream")},
            )

    def _ready(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except httpx2.HTTPError:
            return False
