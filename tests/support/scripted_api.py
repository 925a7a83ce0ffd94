"""An HTTP server on loopback that answers as a test says: for clients that must cope with every kind of server."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

READ = 1 << 16


@dataclass(frozen=True)
class Request:
    """`body` is cut after 64 KiB; `size` and `digest` (SHA-256, hex) are of the whole."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    size: int
    digest: str


@dataclass
class Reply:
    """`chunks` are sent one by one, each when it is there; without them `content` as JSON."""

    content: Any = None
    status: int = 200
    type: str = "application/json"
    chunks: Iterable[bytes] | None = None
    headers: dict[str, str] = field(default_factory=dict)


class ScriptedApi:
    """`routes` maps "METHOD path" to a function of the request. Use as a context manager."""

    def __init__(self, port: int = 0) -> None:
        self.routes: dict[str, Callable[[Request], Reply]] = {}
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def seen(self, route: str) -> list[Request]:
        return [request for request in self.requests if f"{request.method} {request.path}" == route]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def events(*pairs: tuple[str, dict[str, Any]]) -> Iterator[bytes]:
    """Server-sent events of these names and data."""
    for name, data in pairs:
        yield f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


class _Server(ThreadingHTTPServer):
    # A client that goes away in the middle is part of the tests, not news.
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def handle_error(self, *_: object) -> None:
        pass


def _handler(api: ScriptedApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            request = self._request()
            api.requests.append(request)
            route = api.routes.get(f"{request.method} {request.path}")
            reply = route(request) if route else Reply({"message": f"There is nothing at {request.path}."}, 404)
            self.send_response(reply.status)
            self.send_header("content-type", reply.type)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            chunks = [json.dumps(reply.content).encode()] if reply.chunks is None else reply.chunks
            for chunk in chunks:
                self.wfile.write(chunk)
                self.wfile.flush()

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815  # names of the standard library

        def _request(self) -> Request:
            url = urlsplit(self.path)
            rest = int(self.headers.get("content-length", "0"))
            size, kept, digest = rest, b"", sha256()
            while rest:
                chunk = self.rfile.read(min(rest, READ))
                rest -= len(chunk)
                digest.update(chunk)
                kept = kept or chunk
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            return Request(self.command, url.path, query, headers, kept, size, digest.hexdigest())

        def log_message(self, *_: object) -> None:
            pass

    return Handler
