"""Which address is asked instead of a publisher's: mirrors and caches of the operator."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pellucid.errors import ConfigurationError

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
EVERY_FEED = ""


@dataclass(frozen=True)
class Mirrors:
    """What stands in place of "https://host" of production addresses, by feed; "{host}" in it is that host."""

    by_feed: dict[str, str] = field(default_factory=dict)

    def address(self, feed: str, published: str) -> str:
        """Where to ask for what is published at this address."""
        instead = self.by_feed.get(feed, self.by_feed.get(EVERY_FEED, ""))
        if not instead:
            return published
        parts = urlsplit(published)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return instead.replace("{host}", parts.netloc).rstrip("/") + path

    def plain_hosts(self) -> frozenset[str]:
        """Hosts that may be spoken to without TLS: this machine, and mirrors that the operator says are so."""
        named = (urlsplit(base) for base in self.by_feed.values())
        return LOOPBACK | {parts.hostname or "" for parts in named if parts.scheme == "http"}


def mirrors_of(text: str) -> Mirrors:
    """From the setting feeds_mirrors, words "ADDRESS" or "FEED=ADDRESS"; raises ConfigurationError."""
    found: dict[str, str] = {}
    for word in text.split():
        feed, _, base = word.partition("=") if not word.startswith("http") else (EVERY_FEED, "", word)
        parts = urlsplit(base.replace("{host}", "host"))
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
            raise ConfigurationError(f"PELLUCID_FEEDS_MIRRORS: {word!r} is no address of a mirror.")
        found[feed] = base
    return Mirrors(found)
