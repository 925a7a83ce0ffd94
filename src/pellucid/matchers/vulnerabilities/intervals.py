"""How a version is meant by a statement, and which fix it has."""

from typing import NamedTuple

from pellucid.domain.statement import Affected
from pellucid.domain.version_range import VersionRange
from pellucid.formats import cpe_versions, vers
from pellucid.formats.version_order import Order
from pellucid.formats.version_ranges import affects, may_affect, order_of

NO_FIX = ("", "0")


class Hit(NamedTuple):
    """`range` is the one that the version lies in, None when it is listed; `weak`: all versions are meant."""

    range: VersionRange | None = None
    weak: bool = False


def hit(affected: Affected, version: str, order: Order) -> Hit | None:
    """None when the version is not meant."""
    found = affects(affected, version, order)
    return Hit(found.range, found.any_version) if found else None


def encloses(affected: Affected, bounds: str, order: Order) -> Hit | None:
    """The same for a version of which only the bounds are known, as a VERS expression: all between them are meant."""
    if may_affect(affected, bounds, order) != "yes":
        return None
    known = vers.range_of(bounds)
    lower = known.introduced or known.after if known else ""
    found = affects(affected, lower, order) if lower else None
    return Hit(found.range if found else None, weak=affected.any_version and not (found and found.range))


def fix_in(affected: Affected, version: str, order: Order) -> VersionRange | None:
    """The range whose fix `version` has: the one that ended last; None when it has none of them."""
    best = None
    for item in affected.ranges:
        if item.fixed not in NO_FIX and order(item.fixed, version) <= 0:
            best = item if best is None or order(item.fixed, best.fixed) > 0 else best
    return best


def order_in(affected: Affected, product: str = "") -> Order:
    """The order of a statement's versions; that of `product` where it is about a name or a repository of it."""
    if affected.order or not product or affected.subject[0].startswith("cpe:"):
        return order_of(affected)
    return cpe_versions.order_of(product)


def same(product: str, one: str, other: str) -> bool:
    """Whether two versions of "vendor:product" are one."""
    order = cpe_versions.order_of(product)
    return one == other or order(cpe_versions.plain(product, one), cpe_versions.plain(product, other)) == 0
