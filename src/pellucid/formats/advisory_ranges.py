"""Whether a version is affected by an advisory: the ranges of versions that advisories have."""

from collections.abc import Mapping, Sequence

from pellucid.domain.advisory import Advisory, AffectedRange
from pellucid.formats import version_ranges
from pellucid.formats.version_order import Comparator


def ranges_of(events: Sequence[Mapping[str, str]], order: Comparator) -> tuple[AffectedRange, ...]:
    """The events of an OSV record as ranges that do not overlap."""
    return tuple(
        AffectedRange(introduced=item.introduced, fixed=item.fixed, last_affected=item.last_affected)
        for item in version_ranges.ranges_of(events, order)
    )


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
