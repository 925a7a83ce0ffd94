"""Which of two versions is the later one, in the order of those who number them.

An order is called with any two texts and returns a negative number, zero or a positive number; its `key` sorts.
"""

import tomllib
from functools import cmp_to_key, lru_cache
from importlib import resources

from pellucid.formats import rpm_version
from pellucid.formats.version_keys import Comparator, Order
from pellucid.formats.version_order.alpine import apk
from pellucid.formats.version_order.authors import openssl, upstream
from pellucid.formats.version_order.debian import dpkg
from pellucid.formats.version_order.freebsd import freebsd
from pellucid.formats.version_order.linux_kernel import kernel
from pellucid.formats.version_order.maven import maven
from pellucid.formats.version_order.number_lists import numbers
from pellucid.formats.version_order.packagist import packagist
from pellucid.formats.version_order.python import pypi
from pellucid.formats.version_order.rubygems import rubygems
from pellucid.formats.version_order.semantic import go, nuget, pub, semver

__all__ = [
    "ORDERS",
    "Comparator",
    "Order",
    "apk",
    "comparator",
    "dpkg",
    "freebsd",
    "go",
    "kernel",
    "latest",
    "maven",
    "nuget",
    "numbers",
    "openssl",
    "order",
    "packagist",
    "pub",
    "pypi",
    "rubygems",
    "semver",
    "upstream",
]

ORDERS = {
    item.name: item
    for item in (
        *(apk, dpkg, freebsd, go, kernel, maven, nuget, numbers, openssl, packagist, pub, pypi),
        *(rpm_version.compare, rubygems, semver, upstream),
    )
}


@lru_cache(maxsize=1024)
def comparator(ecosystem: str) -> Order:
    """The order of an OSV ecosystem ("Debian:12", "Alpine:v3.19"), or of that name; `upstream` for all others.

    "Root:Debian:12" is a rebuild of packages of Debian, and is ordered as they are.
    """
    name = ecosystem.removeprefix("Root:").partition(":")[0]
    return order(_by_ecosystem().get(name, name))


def order(name: str) -> Order:
    """The order of that name ("semver", "openssl", "kernel", "generic"); `upstream` for the empty and the unknown."""
    return ORDERS.get(name, upstream)


def latest(versions: list[str], order: Comparator) -> str:
    """The greatest of `versions`, which must not be empty."""
    return max(versions, key=cmp_to_key(order))


@lru_cache(maxsize=1)
def _by_ecosystem() -> dict[str, str]:
    table = tomllib.loads(resources.files(__name__).joinpath("orders.toml").read_text("utf-8"))
    return {ecosystem: name for name, ecosystems in table.items() for ecosystem in ecosystems}
