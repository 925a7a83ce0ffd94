"""Which of two versions is the later one, in the order of those who number them.

An order is called with any two texts and returns a negative number, zero or a positive number; its `key` sorts.
"""

from functools import cache, cmp_to_key, lru_cache
from importlib import import_module
from pathlib import Path

from pellucid.formats.version_keys import Comparator, Order
from pellucid.formats.version_order.authors import openssl, upstream

__all__ = ["NAMES", "Comparator", "Order", "comparator", "latest", "openssl", "order", "upstream"]

# An order by its name: the module below pellucid.formats that has it, and what it is called there. Each is imported
# when it is first asked for: most who compare versions need one or two of them.
_PLACES = {
    "apk": ("version_order.alpine", "apk"),
    "dpkg": ("version_order.debian", "dpkg"),
    "freebsd": ("version_order.freebsd", "freebsd"),
    "generic": ("version_order.authors", "upstream"),
    "go": ("version_order.semantic", "go"),
    "kernel": ("version_order.linux_kernel", "kernel"),
    "maven": ("version_order.maven", "maven"),
    "nuget": ("version_order.semantic", "nuget"),
    "numbers": ("version_order.number_lists", "numbers"),
    "openssl": ("version_order.authors", "openssl"),
    "packagist": ("version_order.packagist", "packagist"),
    "pub": ("version_order.semantic", "pub"),
    "pypi": ("version_order.python", "pypi"),
    "rpm": ("rpm_version", "compare"),
    "rubygems": ("version_order.rubygems", "rubygems"),
    "semver": ("version_order.semantic", "semver"),
}
NAMES = tuple(_PLACES)


@lru_cache(maxsize=1024)
def comparator(ecosystem: str) -> Order:
    """The order of an OSV ecosystem ("Debian:12", "Alpine:v3.19"), or of that name; `upstream` for all others.

    "Root:Debian:12" is a rebuild of packages of Debian, and is ordered as they are.
    """
    name = ecosystem.removeprefix("Root:").partition(":")[0]
    return order(name if not name or name in _PLACES else _by_ecosystem().get(name, name))


def order(name: str) -> Order:
    """The order of that name ("semver", "openssl", "kernel", "generic"); `upstream` for the empty and the unknown."""
    return _known(name) if name in _PLACES else upstream


def latest(versions: list[str], order: Comparator) -> str:
    """The greatest of `versions`, which must not be empty."""
    return max(versions, key=cmp_to_key(order))


@cache
def _known(name: str) -> Order:
    module, attribute = _PLACES[name]
    found: Order = getattr(import_module(f"pellucid.formats.{module}"), attribute)
    return found


@lru_cache(maxsize=1)
def _by_ecosystem() -> dict[str, str]:
    import tomllib  # noqa: PLC0415  # most who compare versions say of which order

    table = tomllib.loads(Path(__file__).with_name("orders.toml").read_text("utf-8"))
    return {ecosystem: name for name, ecosystems in table.items() for ecosystem in ecosystems}
