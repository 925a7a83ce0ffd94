"""Where webhooks may go: public addresses only, judged on the address that is then connected to.

A name is resolved once, every address it has must be public (IANA special-purpose registries, RFC 6890), and the
connection goes to one of those very addresses: there is no second look-up that could answer differently.
"""

import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpcore2
import httpx2

from pellucid.errors import Detail, InvalidRequest

LONGEST_URL = 2000
LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa", "lan", "intranet")
GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
SPECIAL = tuple(ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20"))
"""Registered for protocols and documentation; not every version of the standard library counts them."""
HOST = re.compile(rb"[0-9A-Za-z._-]+|\[?[0-9A-Fa-f:.]+\]?")

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Iterable[str]]
"""(host, port) -> textual addresses; raises OSError when there are none."""


def check_url(text: str, *, allow_private: bool) -> httpx2.URL:
    """The parsed URL, or InvalidRequest: what can be said without asking the network."""
    try:
        url = httpx2.URL(text)
        port = url.port
    except (httpx2.InvalidURL, ValueError) as error:
        raise _invalid(f"This is not a URL: {error}.") from None
    if len(text) > LONGEST_URL:
        raise _invalid(f"The URL is longer than {LONGEST_URL} characters.")
    if url.scheme not in ("http", "https"):
        raise _invalid("The URL must begin with https:// or http://.")
    if not HOST.fullmatch(url.raw_host) or (port is not None and not 0 < port < 65536):
        raise _invalid("The URL names no host that can be reached.")
    if url.userinfo:
        raise _invalid("The URL must not carry a user name or password: deliveries are signed instead.")
    if allow_private:
        return url
    host = url.raw_host.decode("ascii").lower().rstrip(".")
    if any(host == name or host.endswith("." + name) for name in LOCAL_NAMES):
        raise _invalid(f"{host} is a local name; {_REMEDY}")
    literal = _literal(host)
    reason = why_private(literal) if literal is not None else ""
    if reason:
        raise _invalid(f"{host} is {reason}; {_REMEDY}")
    return url


_REMEDY = (
    "webhooks may only reach public addresses unless the server is started with PELLUCID_WEBHOOK_ALLOW_PRIVATE=true."
)


def why_private(address: Address) -> str:
    """Why this address is not a public one, in words; "" when it is."""
    if isinstance(address, IPv6Address):
        embedded = _embedded(address)
        if embedded is not None:
            reason = why_private(embedded)
            return f"an address with {embedded} inside, which is {reason}" if reason else ""
        if address.is_loopback:
            return "a loopback address"
        if address not in GLOBAL_UNICAST:
            return "not a public unicast address"
    for holds, words in (
        (address.is_loopback, "a loopback address"),
        (address.is_unspecified, "the unspecified address"),
        (address.is_link_local, "a link-local address"),
        (address.is_multicast, "a multicast address"),
        (not address.is_global or address.is_reserved, "a private or reserved address"),
        (any(address in network for network in SPECIAL), "a reserved address"),
    ):
        if holds:
            return words
    return ""


def vetted(host: str, port: int, *, allow_private: bool, resolve: Resolve) -> list[str]:
    """The addresses of `host`, all of them allowed; raises InvalidRequest, or OSError when it has none."""
    addresses = [ip_address(text.split("%")[0]) for text in resolve(host, port)]
    if not addresses:
        raise OSError(f"{host} has no address")
    for address in addresses:
        reason = "" if allow_private and not address.is_multicast else why_private(address)
        if reason:
            named = str(address) if host == str(address) else f"{host} ({address})"
            raise _invalid(f"{named} is {reason}; {_REMEDY}")
    return [str(address) for address in dict.fromkeys(addresses)]


def resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(item[4][0]) for item in found]


class GuardedBackend(httpcore2.NetworkBackend):
    """Connects to vetted addresses only, and lets nothing last longer than until `deadline` (time.monotonic).

    The URL keeps its name, so the Host header and the name in TLS are the receiver's own.
    """

    def __init__(self, *, allow_private: bool, deadline: float, resolve: Resolve = resolve) -> None:
        self._allow_private = allow_private
        self._deadline = deadline
        self._resolve = resolve
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 (the deadline decides)
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            addresses = vetted(host, port, allow_private=self._allow_private, resolve=self._resolve)
        except OSError as error:
            raise httpcore2.ConnectError(f"{host} cannot be resolved: {error.strerror or error}") from None
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in addresses:
            remaining = _remaining(self._deadline)
            try:
                stream = self._sockets.connect_tcp(address, port, remaining, local_address, socket_options)
            except httpcore2.ConnectError as error:
                failure = error
            else:
                return _Deadlined(stream, self._deadline)
        raise failure

    def connect_unix_socket(self, *_args: object, **_options: object) -> httpcore2.NetworkStream:
        raise InvalidRequest("Webhooks do not reach local sockets.")


class _Deadlined(httpcore2.NetworkStream):
    """A stream whose every wait ends with the deadline: a receiver that drips bytes cannot hold a worker."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 (the deadline decides)
        return self._stream.read(max_bytes, _remaining(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 (the deadline decides)
        self._stream.write(buffer, _remaining(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 (the deadline decides)
    ) -> httpcore2.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, _remaining(self._deadline))
        return _Deadlined(inner, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _remaining(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise httpcore2.ReadTimeout("the time for one attempt is over")
    return remaining


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a packet to this one ends up at: mapped, 6to4, NAT64, compatible, translated."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    number = int(address)
    low = IPv4Address(number & 0xFFFFFFFF)
    if address in NAT64 or number >> 32 == 0xFFFF_0000:
        return low
    return low if number >> 32 == 0 and number > 0xFFFF else None


def _literal(host: str) -> Address | None:
    """An address written as the host, in any notation that a resolver takes (127.1, 0x7f000001, 2130706433)."""
    try:
        return ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _invalid(reason: str) -> InvalidRequest:
    return InvalidRequest(reason, details=(Detail(reason=reason, field="url"),))
