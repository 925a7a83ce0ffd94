"""Whether a version is affected by an advisory: the evaluation of the OSV schema 1.7, on ranges cut from its events."""

from collections.abc import Mapping, Sequence

from pellucid.domain.advisory import Advisory, AffectedRange
from pellucid.formats.version_order import Comparator

MOST_EVENTS = 2000


def ranges_of(events: Sequence[Mapping[str, str]], order: Comparator) -> tuple[AffectedRange, ...]:
    """Sort events and sweep them into ranges that do not overlap.

    `introduced` "0" is the beginning. A range that ends at or before its own beginning says that nothing is affected
    and is dropped: it must not become an open one, which has more beginnings than ends.
    """
    found: list[AffectedRange] = []
    begin: str | None = None
    for version, kind in _sorted(events, order):
        if kind == "introduced":
            begin = version if begin is None else begin
        elif begin is not None:
            nothing = version == "0" or (begin and kind == "fixed" and order(version, begin) <= 0)
            if not nothing:
                end = {kind: version}
                found.append(AffectedRange(introduced=begin, **end))
            begin = None
    beginnings = sum("introduced" in event for event in events)
    if begin is not None and beginnings > len(events) - beginnings:
        found.append(AffectedRange(introduced=begin))
    return tuple(found)


def affects(advisory: Advisory, version: str, order: Comparator) -> bool:
    """Affected when listed, or inside any range. An advisory with neither ranges nor versions says nothing."""
    return version in advisory.versions or range_of(advisory, version, order) is not None


def range_of(advisory: Advisory, version: str, order: Comparator) -> AffectedRange | None:
    """The range that `version` lies in: its `fixed` is the version to go to."""
    return next((item for item in advisory.ranges if _inside(item, version, order)), None)


def _inside(item: AffectedRange, version: str, order: Comparator) -> bool:
    if item.introduced and order(version, item.introduced) < 0:
        return False
    if item.fixed:
        return order(version, item.fixed) < 0
    return not item.last_affected or order(version, item.last_affected) <= 0


def _sorted(events: Sequence[Mapping[str, str]], order: Comparator) -> list[tuple[str, str]]:
    """(version, kind), ascending; at the same version an end comes before a beginning, but "0" begins first."""
    pairs = []
    for event in events[:MOST_EVENTS]:
        for kind in ("introduced", "fixed", "last_affected"):
            if isinstance(event.get(kind), str):
                version = event[kind]
                pairs.append(("" if version == "0" and kind == "introduced" else version, kind))
    ranked = [_Event(version, kind, order) for version, kind in pairs]
    return [(event.version, event.kind) for event in sorted(ranked)]


_RANK = {"fixed": 0, "introduced": 1, "last_affected": 2}


class _Event:
    """Sorts by version, then fixed before introduced before last_affected."""

    def __init__(self, version: str, kind: str, order: Comparator) -> None:
        self.version, self.kind, self._order = version, kind, order

    def __lt__(self, other: "_Event") -> bool:
        if not self.version or not other.version:
            return not self.version and bool(other.version)
        result = self._order(self.version, other.version)
        return _RANK[self.kind] < _RANK[other.kind] if result == 0 else result < 0
