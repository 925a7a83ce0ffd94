"""Sending a webhook once, and deciding what its outcome means.

Headers, signature and the meaning of statuses follow the Standard Webhooks specification 1.0.0
(https://www.standardwebhooks.com); Retry-After follows RFC 9110, 10.2.3.
"""

import base64
import contextlib
import hashlib
import hmac
import random
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpcore2
import httpx2

from pellucid import __version__
from pellucid.domain.webhook import Attempt, ClaimedDelivery, DeliveryState
from pellucid.errors import InvalidRequest
from pellucid.services.vault import Vault
from pellucid.services.webhook_guard import GuardedBackend, Resolve, check_url, resolve
from pellucid.settings import Settings
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.deliveries import DeliveryRepository
from pellucid.storage.repositories.webhooks import WebhookRepository

LONGEST_DELAY = 3600.0
MOST_READ = 4096
SECRET_PREFIX = "whsec_"  # noqa: S105 (how secrets begin, not one of them)
GONE = 410
GONE_NOTE = "the receiver answered 410 Gone: the webhook is disabled"

Headers = dict[bytes | str, bytes | str]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one attempt: an HTTP status, or none and why. `retry_after` in seconds, as the receiver asked."""

    status: int | None = None
    error: str = ""
    retry_after: float | None = None

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def sign(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The webhook-signature header: one `v1` HMAC-SHA256 for each secret ("whsec_" and base64), in their order."""
    content = f"{message_id}.{timestamp}.".encode() + body
    keys = (base64.b64decode(secret.removeprefix(SECRET_PREFIX)) for secret in secrets)
    digests = (hmac.new(key, content, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


class Sender:
    """Posts signed events. Thread-safe: each attempt has a connection of its own."""

    def __init__(
        self,
        settings: Settings,
        vault: Vault,
        *,
        resolve: Resolve = resolve,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._vault = vault
        self._resolve = resolve
        self._ssl_context = ssl_context or httpx2.create_ssl_context()

    def send(self, claimed: ClaimedDelivery, now: datetime) -> Outcome:
        """Try once. Whatever the receiver does is an Outcome, never an exception, within webhook_timeout seconds."""
        try:
            url = check_url(claimed.url, allow_private=self._settings.webhook_allow_private)
            return self._post(url, claimed, now)
        except InvalidRequest as error:
            return Outcome(error=f"refused: {error.message}")
        except httpcore2.TimeoutException:
            return Outcome(error=f"no answer within {self._settings.webhook_timeout:g} s")
        except httpcore2.ConnectError as error:
            return Outcome(error=f"cannot connect: {error}")
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            return Outcome(error=f"the connection broke: {error or type(error).__name__}")

    def _post(self, url: httpx2.URL, claimed: ClaimedDelivery, now: datetime) -> Outcome:
        backend = GuardedBackend(
            allow_private=self._settings.webhook_allow_private,
            deadline=time.monotonic() + self._settings.webhook_timeout,
            resolve=self._resolve,
        )
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        body = claimed.body.encode()
        headers = self._headers(url, claimed, int(now.timestamp()), body)
        with (
            httpcore2.ConnectionPool(ssl_context=self._ssl_context, network_backend=backend) as pool,
            pool.stream("POST", target, headers=headers, content=body) as response,
        ):
            fields = {name.lower(): value for name, value in response.headers}
            _read_some(response)
            return Outcome(
                status=response.status,
                error="" if 200 <= response.status < 300 else _meaning(response.status),
                retry_after=_retry_after(response.status, fields.get(b"retry-after"), now),
            )

    def _headers(self, url: httpx2.URL, claimed: ClaimedDelivery, timestamp: int, body: bytes) -> Headers:
        secrets = [self._vault.decrypt(secret) for secret in claimed.secrets]
        return {
            "host": url.netloc.decode("ascii"),
            "content-type": "application/json",
            "content-length": str(len(body)),
            "user-agent": f"Pellucid/{__version__}",
            "webhook-id": claimed.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(secrets, claimed.id, timestamp, body),
        }


def settle(
    tx: Transaction,
    settings: Settings,
    claimed: ClaimedDelivery,
    outcome: Outcome,
    *,
    started: datetime,
    finished: datetime,
    jitter: Callable[[], float] = random.random,
) -> bool:
    """Write what an outcome means: delivered, tried again later, or given up.

    A 410 disables the webhook and gives up whatever else waits for it; a 2xx of a disabled one (a test, a replay)
    enables it again. False when the delivery belongs to somebody else by now.
    """
    webhooks, deliveries = WebhookRepository(tx), DeliveryRepository(tx)
    gone = outcome.status == GONE
    error = GONE_NOTE if gone else outcome.error
    duration = round((finished - started).total_seconds() * 1000)
    attempt = Attempt(time=started, status=outcome.status, error=error[:500], duration=duration)
    state, next_attempt = DeliveryState.PENDING, None
    if outcome.delivered:
        state = DeliveryState.DELIVERED
    elif gone or claimed.tries >= settings.webhook_attempts:
        state = DeliveryState.FAILED
    else:
        next_attempt = finished + timedelta(seconds=_delay(settings, claimed.tries, outcome.retry_after, jitter()))
    if not deliveries.settle(claimed, attempt, state, next_attempt):
        return False
    if gone:
        webhooks.set_disabled(claimed.webhook_id, finished)
        deliveries.fail_pending(claimed.webhook_id, GONE_NOTE)
    elif outcome.delivered:
        webhooks.set_disabled(claimed.webhook_id, None)
    return True


def _delay(settings: Settings, tries: int, retry_after: float | None, chance: float) -> float:
    """Seconds until the next attempt: doubling, up to a hour, ±20 %; never less than the receiver asked for."""
    doubled = settings.webhook_backoff * 2.0 ** min(tries - 1, 40)
    delay = min(LONGEST_DELAY, doubled) * (0.8 + 0.4 * chance)
    return min(LONGEST_DELAY * 1.2, max(delay, retry_after or 0.0))


def _retry_after(status: int, value: bytes | None, now: datetime) -> float | None:
    """Seconds that a 429 or 503 asks us to wait, at most an hour; None when it does not say."""
    if value is None or status not in (429, 503):
        return None
    text = value.decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_DELAY)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_DELAY)


def _meaning(status: int) -> str:
    if 300 <= status < 400:
        return f"the receiver answered {status}: redirects are not followed, change the webhook's URL"
    return f"the receiver answered {status}"


def _read_some(response: httpcore2.Response) -> None:
    """Take the beginning of the answer, so that a short one is not cut off; what it says does not matter."""
    size = 0
    with contextlib.suppress(httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException):
        for chunk in response.iter_stream():
            size += len(chunk)
            if size >= MOST_READ:
                break
