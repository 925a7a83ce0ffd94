"""Whether a statement means a version: the evaluation of the OSV schema 1.7, and of ranges of the CPE dictionary's."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from functools import cmp_to_key, lru_cache
from typing import Literal

import msgspec

from pellucid.domain.statement import Affected, Subject
from pellucid.domain.version_range import VersionRange
from pellucid.formats import cpe_versions, vers
from pellucid.formats.version_order import Comparator, Order, comparator
from pellucid.formats.version_order import order as order_named

MOST_EVENTS = 2000
LONG_LIST = 500
BEGINNING = "0"
REPOSITORY, CPE = "repo", "cpe:"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a version is meant, and by what: true if by anything. `listed` is as the statement has it."""

    range: VersionRange | None = None
    listed: str = ""
    any_version: bool = False

    def __bool__(self) -> bool:
        return self.range is not None or bool(self.listed) or self.any_version


NOT_MEANT = Verdict()


def order_of(affected: Affected) -> Order:
    """The order of the versions in a statement: the one that it names, else that of its subject."""
    if affected.order:
        return order_named(affected.order)
    kind, name = affected.subject
    return cpe_versions.order_of(name) if kind == REPOSITORY or kind.startswith(CPE) else comparator(kind)


def affects(affected: Affected, version: str, order: Order | None = None) -> Verdict:
    """What of the statement means `version`. Of versions of CPEs, see `cpe_versions`; of repositories, tags are read.

    It says nothing of the statement's standing: "not affected" means versions, too. With neither ranges nor versions,
    nothing is meant.
    """
    order = order or order_of(affected)
    product = affected.subject[1] if affected.subject[0].startswith(CPE) else ""
    if version and version != cpe_versions.NOT_APPLICABLE:
        written = cpe_versions.plain(product, version) if product else version
        for item, stated in zip(_plain(product, affected.ranges), affected.ranges, strict=True):
            if contains(item, written, order, product=bool(product)):
                return Verdict(range=stated)
    if affected.versions and (listed := _listed(affected, version, order)):
        return Verdict(listed=listed)
    return Verdict(any_version=True) if affected.any_version else NOT_MEANT


def contains(item: VersionRange, version: str, order: Comparator, *, product: bool = False) -> bool:
    """Whether `version` lies in the range; in one that ends before it begins, or is fixed in "0", lies nothing.

    Of a `product`, bounds are releases without their updates: 9.3p2 is not after 9.3, nor 1.2-rc3 before 1.2, where
    these are themselves in the range.
    """
    if item.fixed == BEGINNING:
        return False
    begin, last = "" if item.introduced == BEGINNING else item.introduced, item.last_affected
    if item.after:
        if order(version, item.after) <= 0:
            return False
    elif begin and order(version, begin) < 0 and not (product and _is_release_of(version, begin, order)):
        return False
    if item.fixed:
        return order(version, item.fixed) < 0
    return not last or order(version, last) <= 0 or (product and _is_release_of(version, last, order))


def fixed_version(affected: Affected, version: str, order: Order | None = None) -> str:
    """The first fix later than `version` that is not itself affected; empty when none is known."""
    order = order or order_of(affected)
    product = affected.subject[1] if affected.subject[0].startswith(CPE) else ""
    current = order.key(cpe_versions.plain(product, version) if product else version)
    plain = zip(_plain(product, affected.ranges), affected.ranges, strict=True)
    fixes = {item.fixed: (order.key(one.fixed), item.fixed) for one, item in plain if item.fixed not in ("", BEGINNING)}
    known = replace(affected, any_version=False)
    later = sorted(fix for fix in fixes.values() if current < fix[0])
    return next((fix for _, fix in later if not affects(known, fix, order)), "")


def may_affect(affected: Affected, known: str, order: Order | None = None) -> Literal["yes", "no", "maybe"]:
    """The same of a version of which only the interval is known, as VERS text: "yes" if all that it may be is meant."""
    order = order or order_of(affected)
    if affected.any_version:
        return "yes"
    span = vers.range_of(known)
    if span is None or not _is_before(_begin(span), _end(span), order):
        return "maybe" if affected.ranges or affected.versions else "no"
    if span.introduced and span.introduced == span.last_affected:
        return "yes" if affects(affected, span.introduced, order) else "no"
    product = affected.subject[1] if affected.subject[0].startswith(CPE) else ""
    ranges = [item for item in _plain(product, affected.ranges) if item.fixed != BEGINNING]
    if _is_covered(span, ranges, order):
        return "yes"
    if any(_meet(item, span, order, product=bool(product)) for item in ranges):
        return "maybe"
    listed = (_version_of(affected.subject, item) for item in affected.versions)
    return "maybe" if any(contains(span, item, order) for item in listed if item) else "no"


def ranges_of(events: Sequence[Mapping[str, str]], order: Comparator) -> tuple[VersionRange, ...]:
    """Sort events and sweep them into ranges that do not overlap.

    `introduced` "0" is the beginning. A range that ends at or before its own beginning says that nothing is affected
    and is dropped: it must not become an open one, which has more beginnings than ends.
    """
    found: list[VersionRange] = []
    begin: str | None = None
    for version, kind in _sorted(events, order):
        if kind == "introduced":
            begin = version if begin is None else begin
        elif begin is not None:
            nothing = version == BEGINNING or (begin and kind == "fixed" and order(version, begin) <= 0)
            if not nothing:
                end = {kind: version}
                found.append(VersionRange(introduced=begin, **end))
            begin = None
    beginnings = sum("introduced" in event for event in events)
    if begin is not None and beginnings > len(events) - beginnings:
        found.append(VersionRange(introduced=begin))
    return tuple(found)


_RANK = {"fixed": 0, "introduced": 1, "last_affected": 2}


def _sorted(events: Sequence[Mapping[str, str]], order: Comparator) -> list[tuple[str, str]]:
    """(version, kind), ascending; at the same version an end comes before a beginning, but "0" begins first."""
    pairs = [
        ("" if event[kind] == BEGINNING and kind == "introduced" else event[kind], kind)
        for event in events[:MOST_EVENTS]
        for kind in ("introduced", "fixed", "last_affected")
        if isinstance(event.get(kind), str) and (event[kind] or kind == "introduced")
    ]

    def compare(one: tuple[str, str], two: tuple[str, str]) -> int:
        if not one[0] or not two[0]:
            return bool(one[0]) - bool(two[0])
        return order(one[0], two[0]) or _RANK[one[1]] - _RANK[two[1]]

    return sorted(pairs, key=cmp_to_key(compare))


def _is_release_of(version: str, bound: str, order: Comparator) -> bool:
    """Whether `version` is an update of the release `bound`."""
    release, update = cpe_versions.split(version)
    return bool(update) and order(release, bound) == 0


@lru_cache(maxsize=1 << 13)
def _plain(product: str, ranges: tuple[VersionRange, ...]) -> tuple[VersionRange, ...]:
    """Ranges of a product as its order sorts them, where its versions are written in ways of its own."""
    if not product:
        return ranges
    return tuple(
        VersionRange(
            introduced=cpe_versions.plain(product, item.introduced),
            after=cpe_versions.plain(product, item.after),
            fixed=cpe_versions.plain(product, item.fixed),
            last_affected=cpe_versions.plain(product, item.last_affected),
        )
        for item in ranges
    )


def _listed(affected: Affected, version: str, order: Order) -> str:
    """The first that means `version`: 1.0 is 1.0.0 where the order says so."""
    subject, versions = affected.subject, affected.versions
    wanted = _meanings(subject, version, order)
    if len(versions) <= LONG_LIST:
        return next((item for item in versions if _meaning(subject, item, order) in wanted), "")
    by_meaning = _by_meaning(subject, versions, order)
    return next((by_meaning[item] for item in wanted if item in by_meaning), "")


# Few, as there are records that list many thousands of versions.
@lru_cache(maxsize=64)
def _by_meaning(subject: Subject, versions: tuple[str, ...], order: Order) -> dict[Hashable, str]:
    return {_meaning(subject, item, order): item for item in reversed(versions)}


@lru_cache(maxsize=1 << 16)
def _meaning(subject: Subject, listed: str, order: Order) -> Hashable:
    kind, name = subject
    if kind.startswith(CPE):
        return cpe_versions.meaning(name, listed, order)
    version = _version_of(subject, listed)
    return order.key(version) if version else None


@lru_cache(maxsize=1 << 12)
def _meanings(subject: Subject, version: str, order: Order) -> frozenset[Hashable]:
    is_product = subject[0].startswith(CPE)
    return cpe_versions.meanings(subject[1], version, order) if is_product else frozenset((order.key(version),))


def _version_of(subject: Subject, listed: str) -> str:
    if subject[0] == REPOSITORY:
        return cpe_versions.version_of_tag(subject[1], listed)
    if not subject[0].startswith(CPE):
        return listed
    return "" if listed == cpe_versions.NOT_APPLICABLE else cpe_versions.plain(subject[1], cpe_versions.joined(listed))


# An edge of a range: before all (-1), at a version, or behind all (1); the version; just before it (-1) or behind it.
_Edge = tuple[int, str, int]


def _begin(item: VersionRange) -> _Edge:
    if item.after:
        return 0, item.after, 1
    return (0, item.introduced, -1) if item.introduced not in ("", BEGINNING) else (-1, "", 0)


def _end(item: VersionRange) -> _Edge:
    if item.fixed:
        return 0, item.fixed, -1
    return (0, item.last_affected, 1) if item.last_affected else (1, "", 0)


def _is_before(one: _Edge, two: _Edge, order: Comparator) -> bool:
    if one[0] or two[0]:
        return one[0] < two[0]
    return (order(one[1], two[1]) or one[2] - two[2]) < 0


def _meet(item: VersionRange, span: VersionRange, order: Comparator, *, product: bool) -> bool:
    pairs = ((item, span), (span, item), (item, item))
    if all(_is_before(_begin(first), _end(second), order) for first, second in pairs):
        return True
    bounds = (span.introduced, span.after, span.fixed, span.last_affected) if product else ()
    return any(contains(item, bound, order, product=True) for bound in bounds if bound)


def _is_covered(span: VersionRange, ranges: Sequence[VersionRange], order: Comparator) -> bool:
    """Whether the ranges, one after the other, leave no gap."""

    def compare(one: VersionRange, two: VersionRange) -> int:
        return _is_before(_begin(two), _begin(one), order) - _is_before(_begin(one), _begin(two), order)

    reached, end = _begin(span), _end(span)
    for item in sorted(ranges, key=cmp_to_key(compare)):
        if not _is_before(reached, _begin(item), order) and _is_before(reached, _end(item), order):
            reached = _end(item)
    return not _is_before(reached, end, order)
