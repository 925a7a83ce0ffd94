"""Whether a version is among those that a statement means (the evaluation of OSV's schema, and of NVD's names)."""

from dataclasses import dataclass
from typing import NamedTuple

from pellucid.domain.statement import Affected, VersionRange
from pellucid.formats import cpe_versions
from pellucid.formats.vers import OPERATORS
from pellucid.formats.version_order import Comparator, Order, comparator


class Hit(NamedTuple):
    """`range` is the one that the version lies in, None when it is listed; `weak`: all versions are meant."""

    range: VersionRange | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """How versions are compared: by `order`, and where `product` ("vendor:product") is not empty, as its authors and
    the CPE dictionary write them, with updates behind a colon."""

    order: Order
    product: str = ""

    def written(self, version: str) -> str:
        return cpe_versions.plain(self.product, cpe_versions.joined(version)) if self.product else version


def of_ecosystem(ecosystem: str, stated: str = "") -> Scale:
    """That of packages; `stated` is the order that a statement names instead."""
    return Scale(comparator(stated or ecosystem))


def of_product(product: str, stated: str = "") -> Scale:
    """That of software as its authors number it, "vendor:product"."""
    return Scale(comparator(stated) if stated else cpe_versions.order_of(product), product)


def hit(affected: Affected, version: str, scale: Scale) -> Hit | None:
    """How `version` is meant by the statement; None when it is not."""
    compared = scale.written(version)
    for item in affected.ranges:
        if inside(item, compared, scale):
            return Hit(item)
    if affected.versions and _is_listed(affected, version, scale):
        return Hit()
    return Hit(weak=True) if affected.any_version else None


def inside(item: VersionRange, version: str, scale: Scale) -> bool:
    """Whether `version` lies in the range; in one that ends before it begins lies nothing."""
    order = scale.order
    begin, after, fixed, last = _bounds(item, scale)
    if _is_void(begin or after, fixed, last, order):
        return False
    if begin and order(version, begin) < 0:
        return False
    if after and order(version, after) <= 0:
        return False
    if fixed:
        return order(version, fixed) < 0
    return not last or order(version, last) <= 0


def encloses(affected: Affected, bounds: str, scale: Scale) -> Hit | None:
    """The same for a version of which only the bounds are known, as a VERS expression: all of them must be meant.

    Several ranges that only together hold it do not count: no statement about one version is true of all.
    """
    lower, upper, closed = _known(bounds)
    if not lower and not upper:
        return None
    for item in affected.ranges:
        begin, after, fixed, last = _bounds(item, scale)
        if _is_void(begin or after, fixed, last, scale.order):
            continue
        starts = not (begin or after) or bool(lower and scale.order(lower, begin or after) >= (1 if after else 0))
        most = -1 if fixed and closed else 0
        ends = not (fixed or last) or bool(upper and scale.order(upper, fixed or last) <= most)
        if starts and ends:
            return Hit(item)
    return Hit(weak=True) if affected.any_version else None


def fix_in(affected: Affected, version: str, scale: Scale) -> VersionRange | None:
    """The range whose fix `version` has: the one that ended last; None when it has none of them."""
    compared, best = scale.written(version), None
    for item in affected.ranges:
        if item.fixed in ("", "0") or scale.order(scale.written(item.fixed), compared) > 0:
            continue
        if best is None or scale.order(scale.written(item.fixed), scale.written(best.fixed)) > 0:
            best = item
    return best


def same(product: str, one: str, other: str) -> bool:
    """Whether two versions of a product are one."""
    scale = of_product(product)
    return one == other or scale.order(scale.written(one), scale.written(other)) == 0


def _bounds(item: VersionRange, scale: Scale) -> tuple[str, str, str, str]:
    begin = "" if item.introduced == "0" else item.introduced
    begin, after, fixed, last = map(scale.written, (begin, item.after, item.fixed, item.last_affected))
    return begin, after, fixed, last


def _is_void(begin: str, fixed: str, last: str, order: Comparator) -> bool:
    """Fixed in version 0 means never affected; some publishers' ranges are inverted. Neither is an open range."""
    if fixed == "0":
        return True
    if not begin:
        return False
    return order(fixed, begin) <= 0 if fixed else bool(last) and order(last, begin) < 0


def _is_listed(affected: Affected, version: str, scale: Scale) -> bool:
    if scale.product:
        return bool(cpe_versions.Named(scale.product, affected.versions, scale.order).get(version))
    return version in affected.versions or any(scale.order(version, item) == 0 for item in affected.versions)


def _known(bounds: str) -> tuple[str, str, bool]:
    """(lower, upper, whether the upper one may be the version itself) of a VERS interval."""
    lower = upper = ""
    closed = False
    for constraint in bounds.partition("/")[2].split("|"):
        operator = next((sign for sign in OPERATORS if constraint.startswith(sign)), "")
        stated = constraint.removeprefix(operator)
        if operator in (">", ">=", "="):
            lower = stated
        if operator in ("<", "<=", "="):
            upper, closed = stated, operator != "<"
    return lower, upper, closed
