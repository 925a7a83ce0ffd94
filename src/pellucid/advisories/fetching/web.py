"""Requests to publishers: one client, patient with those who are busy, and speaking TLS."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Self, TypeVar

import httpx2

from pellucid import __version__
from pellucid.advisories.fetching.mirrors import LOOPBACK, Mirrors
from pellucid.advisories.fetching.protocol import Watcher
from pellucid.errors import NotFound, ServerUnreachable

MOST_REDIRECTS = 5
LONGEST_PAUSE = 120.0
# Who asks for more is not waited for.
LONGEST_ASKED = 600.0
CONNECT_SECONDS = 20.0
LARGEST_PAGE = 32 << 20
REDIRECTS = frozenset({301, 302, 303, 307, 308})
GOOD = frozenset({200, 206, 304, 416})
MISSING = frozenset({404, 410})
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524})
# Headers that must not reach another host than the one they are meant for.
SECRET = ("apikey", "authorization")

Work = TypeVar("Work")


class _Again(Exception):
    """This attempt failed, another one may not: `after` is what the publisher asks to wait, in seconds."""

    def __init__(self, reason: str, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after


class Web:
    """Asks publishers, each in the place that `mirrors` says.

    Raises NotFound for what does not exist and ServerUnreachable for everything else that keeps failing. Proxies and
    certificates are those of the environment (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE); loopback has no proxy.
    """

    def __init__(
        self,
        mirrors: Mirrors,
        watcher: Watcher,
        *,
        timeout: float = 60.0,
        attempts: int = 5,
        backoff: float = 2.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.watcher = watcher
        self.sleep = sleep
        self._mirrors = mirrors
        self._plain = mirrors.plain_hosts()
        self._attempts = max(1, attempts)
        self._backoff = backoff
        self._http = httpx2.Client(
            timeout=httpx2.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
            headers={"User-Agent": f"Pellucid/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"},
            mounts={f"all://{_bracketed(host)}": None for host in LOOPBACK},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def place(self, feed: str, published: str) -> str:
        """Where this feed's file is asked for."""
        return self._mirrors.address(feed, published)

    def page(self, address: str, headers: Mapping[str, str] | None = None, *, largest: int = LARGEST_PAGE) -> bytes:
        """The whole of something short. Raises ServerUnreachable when it is longer than `largest`."""

        def once() -> bytes:
            with self.opened(address, headers) as response:
                content = bytearray()
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > largest:
                        raise ServerUnreachable(f"{address}: more than {largest:,} bytes, which it never has.")
                self.watcher.transferred(len(content), len(content))
                return bytes(content)

        return self.patiently(once)

    def patiently(self, work: Callable[[], Work], progress: Callable[[], int] = lambda: 0) -> Work:
        """Do `work` until it is done, a few times at most, longer and longer apart.

        When `progress` (bytes) has grown by a megabyte, the count begins anew: that was no failure in vain.
        """
        number, reached = 0, progress()
        for _ in count():
            try:
                return work()
            except _Again as again:
                if progress() >= reached + (1 << 20):
                    number, reached = 0, progress()
                number += 1
                if number >= self._attempts or again.after > LONGEST_ASKED:
                    tried = "" if number == 1 else f" (tried {number} times)"
                    raise ServerUnreachable(f"{again}{tried}. What was there is kept; try again later.") from None
                pause = max(again.after, min(self._backoff * 2 ** (number - 1), LONGEST_PAUSE))
                self.watcher.waiting(pause, str(again))
                self.sleep(pause)
        raise AssertionError

    @contextmanager
    def opened(self, address: str, headers: Mapping[str, str] | None = None) -> Iterator[httpx2.Response]:
        """An answer of status 200, 206, 304 or 416 whose body waits to be read; to be used inside of `patiently`."""
        try:
            response = self._followed(address, dict(headers or {}))
            try:
                _check(response, address)
                yield response
            finally:
                response.close()
        except httpx2.TimeoutException:
            raise _Again(f"{address}: no answer in time") from None
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise _Again(f"{address}: {error or type(error).__name__}") from None
        except httpx2.InvalidURL as error:
            raise ServerUnreachable(f"{address} is no address: {error}.") from None

    def _followed(self, address: str, headers: dict[str, str]) -> httpx2.Response:
        url = httpx2.URL(address)
        if url.scheme != "https" and not (url.scheme == "http" and url.host in self._plain):
            raise ServerUnreachable(f"{address}: data is fetched by https alone, except from a mirror that has none.")
        for _ in range(MOST_REDIRECTS + 1):
            response = self._http.send(self._http.build_request("GET", url, headers=headers), stream=True)
            if response.status_code not in REDIRECTS or "location" not in response.headers:
                return response
            response.close()
            target = url.join(response.headers["location"])
            if target.scheme != "https" and (target.scheme, target.host) != (url.scheme, url.host):
                raise ServerUnreachable(f"{address} leads to {target}, which is not protected by TLS: not followed.")
            if target.host != url.host:
                headers = {name: value for name, value in headers.items() if name.lower() not in SECRET}
            url = target
        raise ServerUnreachable(f"{address} leads from one place to the next, {MOST_REDIRECTS} times and more.")

    def again(self, reason: str) -> Exception:
        """What to raise inside of `patiently` for an answer that is not as it should be."""
        return _Again(reason)


def _check(response: httpx2.Response, address: str) -> None:
    status = response.status_code
    if status in GOOD:
        return
    told = f"{address} answers {status} {response.reason_phrase}".rstrip()
    if status in MISSING:
        raise NotFound(f"{told}: it is not there any more, or the mirror does not have it.")
    if status in BUSY or (status == 403 and _throttled(response)):
        raise _Again(told, _asked(response.headers.get("retry-after", "")))
    if status in (401, 403, 407):
        raise ServerUnreachable(f"{told}: not let in; check the proxy, the mirror or the key.")
    raise ServerUnreachable(f"{told}, which is nothing to do anything with.")


def _throttled(response: httpx2.Response) -> bool:
    """Whether a 403 only says that there were too many requests: as the NVD does, and GitHub."""
    return (
        response.url.host.endswith("nvd.nist.gov")
        or "apikey" in response.request.headers
        or "retry-after" in response.headers
        or response.headers.get("x-ratelimit-remaining") == "0"
    )


def _asked(text: str) -> float:
    """Retry-After (RFC 9110, 10.2.3): seconds, or a date; 0 for what is neither."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
