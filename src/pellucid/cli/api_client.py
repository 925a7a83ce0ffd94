"""A client of a Pellucid server, for the commands that talk to one."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx2

from pellucid import __version__
from pellucid.domain.ids import is_id
from pellucid.errors import (
    ConfigurationError,
    NotAuthenticated,
    NotFound,
    PellucidError,
    RequestError,
    ServerUnreachable,
)

DEFAULT_URL = "http://127.0.0.1:8080"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
RENEW_EARLY = 60.0
# A server may take its time to store what was uploaded; connecting must not.
TIMEOUT = httpx2.Timeout(300.0, connect=10.0)


class ApiClient:
    """Speaks the v4 API with the token of the environment, or with one fetched for an API client and renewed.

    Raises ServerUnreachable when no answer comes, NotAuthenticated, NotFound and RequestError with what the server
    says. Repeats nothing, except with a fresh token what was refused for a stale one.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self.url = (environment.get("PELLUCID_URL") or DEFAULT_URL).rstrip("/")
        try:
            host = httpx2.URL(self.url).host
        except httpx2.InvalidURL as error:
            raise ConfigurationError(f"PELLUCID_URL is not a URL: {error}.") from None
        self._given = environment.get("PELLUCID_TOKEN", "")
        self._client_id = environment.get("PELLUCID_CLIENT_ID", "")
        self._client_secret = environment.get("PELLUCID_CLIENT_SECRET", "")
        self._realm = environment.get("PELLUCID_REALM") or "pellucid"
        if not self._given and not (self._client_id and self._client_secret):
            raise ConfigurationError(
                "No credentials: set PELLUCID_TOKEN, or PELLUCID_CLIENT_ID and PELLUCID_CLIENT_SECRET "
                "(the first start of the server wrote them to credentials.json in its data directory)."
            )
        self._token = ""
        self._renew_at = 0.0
        self._http = httpx2.Client(
            timeout=TIMEOUT,
            headers={"User-Agent": f"Pellucid-CLI/{__version__}"},
            trust_env=host not in LOOPBACK,
        )

    def get(self, path: str, **query: str) -> Any:
        """The JSON that stands at `path`."""
        return self.send("GET", path, params=query)

    def document(self, path: str, media_type: str, **query: str) -> bytes:
        """The bytes of the document of this type that stands at `path`."""
        response = self._request("GET", path, params=query)
        if not response.is_success or response.headers.get("content-type", "").partition(";")[0] != media_type:
            raise _refusal(response)
        return response.content

    def send(self, method: str, path: str, **options: Any) -> Any:
        """Make one request and return its JSON."""
        return _content(self._request(method, path, **options))

    def _request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        with self.answering():
            response = self._http.request(method, self.url + path, headers=self._authorization(), **options)
            if response.status_code == httpx2.codes.UNAUTHORIZED and self._forget_token() and "files" not in options:
                response = self._http.request(method, self.url + path, headers=self._authorization(), **options)
        return response

    @contextmanager
    def events(self, path: str, read_timeout: float) -> Iterator[Iterator[str]]:
        """The lines of a stream of server-sent events."""
        headers = {**self._authorization(), "Accept": "text/event-stream"}
        timeout = httpx2.Timeout(read_timeout, connect=10.0)
        with (
            self.answering(),
            self._http.stream("GET", self.url + path, headers=headers, timeout=timeout) as response,
        ):
            if response.status_code != httpx2.codes.OK:
                response.read()
                _content(response)
            yield response.iter_lines()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Whatever the network does becomes ServerUnreachable, with what to do about it."""
        try:
            yield
        except httpx2.ConnectError as error:
            message = f"Cannot connect to {self.url} ({error}). Is the server running, and PELLUCID_URL right?"
            raise ServerUnreachable(message) from None
        except httpx2.TimeoutException:
            raise ServerUnreachable(f"{self.url} did not answer in time.") from None
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise ServerUnreachable(f"{self.url}: {error or type(error).__name__}.") from None

    def product_id(self, wanted: str) -> str:
        """The id of the product with this id or name."""
        wanted = wanted.removeprefix("products/")
        if is_id(wanted.upper()):
            return wanted.upper()
        products = self.get("/api/v4/products")["products"]
        matching = [
            product["id"] for product in products if product["name"] == wanted and not product.get("isArchived")
        ]
        if not matching:
            names = ", ".join(sorted(product["name"] for product in products)[:10]) or "none"
            raise NotFound(f"There is no product {wanted!r} on {self.url}. There are: {names}.")
        return str(matching[0])

    def image_id(self, product_id: str, wanted: str) -> str:
        """The id of the image with this id, this name@version, or the newest of this name."""
        wanted = wanted.rpartition("images/")[2]
        if is_id(wanted.upper()):
            return wanted.upper()
        images = self.get(f"/api/v4/products/{product_id}/images")["images"]
        images.sort(key=lambda image: image["createTime"], reverse=True)
        for image in images:
            if wanted in (image["name"], f"{image['name']}@{image['version']}"):
                return str(image["id"])
        names = ", ".join(f"{image['name']}@{image['version']}" for image in images[:10]) or "none"
        raise NotFound(f"There is no image {wanted!r} in this product. There are: {names}.")

    def _authorization(self) -> dict[str, str]:
        if not self._given and time.monotonic() >= self._renew_at:
            self._fetch_token()
        return {"Authorization": f"Bearer {self._given or self._token}"}

    def _fetch_token(self) -> None:
        path = f"/realms/{self._realm}/protocol/openid-connect/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        answer = _content(self._http.post(self.url + path, data=form))
        lifetime = float(answer["expires_in"])
        self._token = str(answer["access_token"])
        self._renew_at = time.monotonic() + max(lifetime - RENEW_EARLY, lifetime / 2)

    def _forget_token(self) -> bool:
        """Whether there is a way to a new one."""
        self._renew_at = 0.0
        return not self._given


def _content(response: httpx2.Response) -> Any:
    """The JSON of a good answer; anything else is raised as the error it is."""
    content = _json(response)
    if response.is_success and content is not None:
        return content
    raise _refusal(response)


def _json(response: httpx2.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _refusal(response: httpx2.Response) -> PellucidError:
    """The error that an answer is which is not what was asked for."""
    content = _json(response)
    message = content.get("message") or content.get("error_description") if isinstance(content, dict) else None
    told = f"{message or response.reason_phrase or 'no reason given'} (HTTP {response.status_code})"
    if response.is_success or response.is_redirect:
        host = httpx2.URL(str(response.url)).netloc.decode("ascii")
        return ServerUnreachable(f"{host} does not answer like a Pellucid server: {told}; is PELLUCID_URL right?")
    if response.status_code == httpx2.codes.UNAUTHORIZED:
        return NotAuthenticated(f"{told}: check PELLUCID_TOKEN, or PELLUCID_CLIENT_ID and PELLUCID_CLIENT_SECRET.")
    if response.status_code == httpx2.codes.NOT_FOUND:
        return NotFound(told)
    return RequestError(told)
