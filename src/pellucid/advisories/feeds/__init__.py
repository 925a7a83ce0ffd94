"""The feeds: one module each, imported when its data is taken in. FEEDS is the list of them."""

from functools import cache
from importlib import import_module

from pellucid.advisories.feed import Feed

# In the order in which they are updated: those first that findings come from.
FEEDS = ("debian",)


@cache
def feed(name: str) -> Feed:
    """The feed of that name. KeyError for one that there is not."""
    if name not in FEEDS:
        raise KeyError(name)
    found = import_module(f"{__name__}.{name}").FEED
    assert isinstance(found, Feed)
    return found


def feeds() -> tuple[Feed, ...]:
    """All of them."""
    return tuple(map(feed, FEEDS))


def version(name: str) -> int:
    """Of the reader of that feed; 0 for one that this program does not have (a bundle from a newer one)."""
    return feed(name).version if name in FEEDS else 0
