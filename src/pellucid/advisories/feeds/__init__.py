"""The feeds: one module each, imported when its data is taken in. MODULES is the list of them."""

from functools import cache
from importlib import import_module

from pellucid.advisories import key_groups
from pellucid.advisories.feed import Feed

# Module by the feed's name, in the order in which they are updated.
MODULES = {
    "nvd": "nvd",
    "cvelist": "cve_list",
    "anchore": "anchore",
    "kev": "kev",
    "eukev": "eukev",
    "epss": "epss",
    "vulnrichment": "vulnrichment",
    "debian": "debian",
    "debian-notices": "debian_notices",
    "alpine": "alpine_secdb",
    "wolfi": "wolfi_secdb",
    "osv": "osv",
    "ghsa": "ghsa",
    "go-vulndb": "go_vulndb",
    "curl": "curl",
    "openssl": "openssl",
    "exploitdb": "exploitdb",
    "metasploit": "metasploit",
    "poc-in-github": "poc_in_github",
    "badkeys": "badkeys",
    "debian-weak-keys": "debian_weak_keys",
}
# Those that list keys, and are asked for these rather than for vulnerabilities.
KEY_LISTS = ("badkeys", "debian-weak-keys")


@cache
def feed(name: str) -> Feed:
    """The feed of that name. KeyError for one that there is not."""
    found = import_module(f"{__name__}.{MODULES[name]}").FEED
    assert isinstance(found, Feed)
    return found


def feeds() -> tuple[Feed, ...]:
    """All of them."""
    return tuple(map(feed, MODULES))


def entries(name: str, id_: str, raw: bytes) -> int:
    """How many entries a raw record of a list of keys has."""
    return key_groups.entries_in(id_, raw, feed(name).digest_bytes)


def version(name: str) -> int:
    """Of the reader of that feed; 0 for one that this program does not have (a bundle from a newer one)."""
    return feed(name).version if name in MODULES else 0
