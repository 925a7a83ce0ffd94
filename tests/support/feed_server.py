"""Publishers of feeds on loopback: versions of files, conditional and partial answers, and everything that goes wrong.

A file is served under "/HOST/PATH" of its production address: PELLUCID_FEEDS_MIRRORS is then `FeedServer.mirrors`.
"""

import gzip
import hashlib
import re
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

PIECE = 4096


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one answer: another `status`, an end after `cut` bytes, pauses (seconds) in it."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: int | None = None
    pause: float = 0.0


@dataclass(frozen=True)
class Asked:
    """A request, and how it was answered. Header names are in lower case; `sent` counts bytes of the body."""

    address: str
    headers: Mapping[str, str]
    status: int
    sent: int


class FeedServer:
    """Serves what `put` was given. `faults` are used up one by one, for each address. Use as a context manager."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.etags = True
        self.ranges = True
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.asked: list[Asked] = []
        self.busy = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def mirrors(self) -> str:
        """For the setting feeds_mirrors."""
        return f"http://127.0.0.1:{self.port}/{{host}}"

    def put(self, address: str, content: bytes) -> None:
        """Publish a file at a production address."""
        self.files[key(address)] = content

    def put_nvd(self, address: str, document: bytes, modified: datetime) -> None:
        """Publish a file of the NVD, packed, and its `.meta`."""
        packed = gzip.compress(document, mtime=0)
        self.put(address, packed)
        meta = {
            "lastModifiedDate": modified.astimezone(UTC).isoformat(),
            "size": len(document),
            "zipSize": len(packed),
            "gzSize": len(packed),
            "sha256": hashlib.sha256(document).hexdigest().upper(),
        }
        lines = "".join(f"{name}:{value}\r\n" for name, value in meta.items())
        self.put(address.removesuffix(".json.gz") + ".meta", lines.encode())

    def break_next(self, address: str, *faults: Fault) -> None:
        """The next answers for this address are these."""
        self.faults[key(address)] += faults

    def forget(self) -> list[Asked]:
        """The requests until now, which are then forgotten."""
        asked, self.asked = self.asked, []
        return asked

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def key(address: str) -> str:
    """Where a file of this production address is served."""
    parts = urlsplit(address)
    return f"/{parts.netloc}{unquote(parts.path)}"


def etag_of(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:16]}"'


class _Server(ThreadingHTTPServer):
    # A client that goes away in the middle is part of the tests, not news.
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        pass


def _handler(server: FeedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            faults = server.faults[path]
            fault = faults.pop(0) if faults else Fault()
            if fault.status:
                self._answer(fault.status, fault.headers, fault.body, fault)
            elif path not in server.files:
                self._answer(404, {}, b"no such file", fault)
            else:
                self._file(server.files[path], fault)

        def _file(self, content: bytes, fault: Fault) -> None:
            etag = etag_of(content)
            headers = {"ETag": etag} if server.etags else {}
            if server.etags and self.headers.get("if-none-match") == etag:
                self._answer(304, headers, b"", fault)
                return
            found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", ""))
            if found and server.ranges and self.headers.get("if-range") == etag:
                start = int(found[1])
                if start >= len(content):
                    self._answer(416, headers, b"", fault)
                    return
                headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
                self._answer(206, headers, content[start:], fault)
                return
            self._answer(200, headers, content, fault)

        def _answer(self, status: int, headers: Mapping[str, str], body: bytes, fault: Fault) -> None:
            end = len(body) if fault.cut is None else min(fault.cut, len(body))
            asked = {name.lower(): value for name, value in self.headers.items()}
            # Before the answer: who has read it may look here.
            server.asked.append(Asked(self.path, asked, status, end))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for start in range(0, end, PIECE):
                self.wfile.write(body[start : min(start + PIECE, end)])
                self.wfile.flush()
                server.busy.set()
                if fault.pause:
                    threading.Event().wait(fault.pause)
            if end < len(body):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler
