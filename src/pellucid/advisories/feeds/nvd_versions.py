"""Which versions an entry of `affected` in a CVE record means (CVE record format 5.x, "versions" and "defaultStatus").

Publishers write what the format asks for, and much that it does not: ranges in words, patches of a release as bounds,
nothing but versions that have the fix. What most of them mean is written down here; the rest says nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.advisories.feeds.version_lines import ALL, following, is_backwards, is_single, meant, rest
from pellucid.domain.version_range import VersionRange
from pellucid.formats.json_document import objects, text
from pellucid.formats.version_order import Order

MOST_VERSIONS = 5000
LONGEST = 200
AFFECTED, UNAFFECTED = "affected", "unaffected"
UNSTATED = "unspecified"
# Types of versions of which the bounds are patches of the release that `version` names ("15.1-RELEASE", "p1").
PATCHES = ("release", "patch")

_NOTHING = frozenset(("", "-", "n/a", "na", "none", "unknown", "unspecified", "not specified", "see references"))
_BEGINNING = _NOTHING | {"0", "*", "all"}
_EVERY = frozenset(("0", "*", "all", "all versions", "any", "any version"))
# Hashes of Git say nothing without the history of the repository.
_COMMIT = re.compile(r"(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{12,40}|[0-9a-f]{40}")
_WILD = re.compile(r"(\d+(?:\.\d+)*)\.[*xX]")
_ZERO = re.compile(r"(\d+(?:\.\d+)+)\.0*[1-9]\d* \1\.0")
_BOUND = re.compile(r"(<=|>=|<|>|=)\s*([^\s,<>=]+)\s*,?\s*")
_BOUNDS = re.compile(rf"(?:{_BOUND.pattern})+")
_FROM_TO = re.compile(r"(?:from\s+)?(\S*\d\S*)\s+(?:-|–|to|through|thru)\s+(\S*\d\S*)", re.IGNORECASE)
_JOINED = re.compile(r"(\d+(?:\.\d+)+)-(\d+(?:\.\d+)+)")
_BEFORE = re.compile(r"(?:before|prior to|earlier than)\s+(\S*\d\S*)", re.IGNORECASE)
_UP_TO = re.compile(r"(?:through|up to)\s+(\S*\d\S*)|(\S*\d\S*)\s+(?:and|or)\s+(?:earlier|prior|below)", re.IGNORECASE)


@dataclass(frozen=True)
class Versions:
    """As in `Affected`; with nothing in it, nothing can be concluded."""

    ranges: tuple[VersionRange, ...] = ()
    versions: tuple[str, ...] = ()
    any_version: bool = False
    note: str = ""

    def __bool__(self) -> bool:
        return bool(self.ranges or self.versions or self.any_version)


def versions_of(entry: dict[str, Any], order: Order) -> Versions:
    """The versions that are affected, of a product whose order this is."""
    rows = _paired(objects(entry.get("versions"))[:MOST_VERSIONS])
    default = entry.get("defaultStatus")
    affected = _of_all(rows, AFFECTED)
    unaffected = [span for span in _of_all(rows, UNAFFECTED) if not is_backwards(span, order)]
    if default == AFFECTED and unaffected:
        return _versions(rest(unaffected, order))
    if affected:
        # Changes within a row that is affected have been taken account of there.
        stated = set(_of_all([row for row in rows if row.get("status") == UNAFFECTED], UNAFFECTED))
        found = meant(affected, [span for span in unaffected if span in stated], order)
        return _versions(found.spans, found.note)
    if default == AFFECTED and not rows:
        return Versions(any_version=True)
    # Only versions with the fix, and all that come after the last one: those before it are meant.
    if default != UNAFFECTED and any(not (span.fixed or span.last_affected) for span in unaffected):
        return _versions(rest(unaffected, order))
    return Versions()


def _of_all(rows: Sequence[dict[str, Any]], status: str) -> list[VersionRange]:
    return list(dict.fromkeys(span for row in rows for span in _spans(row, status)))


def _paired(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of records that were converted: "from 8.6" to an end that is not stated, then "before 8.13.6", are one."""
    found: list[dict[str, Any]] = []
    for row in rows:
        former = found[-1] if found else {}
        ends = [text(row.get(key)).lower() for key in ("lessThan", "lessThanOrEqual")]
        if (
            former.get("lessThan") == row.get("version") == UNSTATED
            and any(end not in _NOTHING for end in ends)
            and former.get("status") == row.get("status")
        ):
            found[-1] = {**row, "version": former.get("version")}
        else:
            found.append(row)
    return found


def _versions(spans: Sequence[VersionRange], note: str = "") -> Versions:
    single = [span for span in spans if is_single(span)]
    return Versions(
        ranges=tuple(span for span in spans if span != ALL and not is_single(span)),
        versions=tuple(span.introduced for span in single),
        any_version=ALL in spans,
        note=note if spans else "",
    )


def _spans(row: dict[str, Any], status: str) -> Iterator[VersionRange]:
    """What of a row has the status."""
    version, below, last = (text(row.get(key)) for key in ("version", "lessThan", "lessThanOrEqual"))
    if any(len(item) > LONGEST or _COMMIT.fullmatch(item) for item in (version, below, last)):
        return
    if not below and not last:
        if row.get("status") == status:
            yield from _written(version)
        return
    if row.get("versionType") in PATCHES:
        below, last = (f"{version}-{bound}" if bound and bound != "*" else bound for bound in (below, last))
    is_before = version == below and status == UNAFFECTED
    start = "" if version.lower() in _BEGINNING or is_before else version
    current = row.get("status") == status
    for change in objects(row.get("changes")):
        at, becomes = text(change.get("at")), change.get("status") == status
        if not at or becomes == current:
            continue
        if current:
            yield VersionRange(introduced=start, fixed=at)
        start, current = at, becomes
    if current:
        yield _bounded(start, below, last)


def _bounded(start: str, below: str, last: str) -> VersionRange:
    bound = below or last
    if bound == "*" or bound.lower() == UNSTATED:
        return VersionRange(introduced=start)
    # "From 5.15.149 through 5.15.0" is what becomes of "through 5.15.*" in some hands.
    if wild := _WILD.fullmatch(bound) or (last and _ZERO.fullmatch(f"{start} {last}")):
        return VersionRange(introduced=start, fixed=following(wild[1]))
    return VersionRange(introduced=start, fixed=bound) if below else VersionRange(introduced=start, last_affected=last)


def _written(version: str) -> Iterator[VersionRange]:
    """A version that has no bounds beside it, but may have them in it."""
    if version.lower() in _EVERY:
        yield ALL
    elif version.lower() in _NOTHING:
        return
    elif _BOUNDS.fullmatch(version):
        yield _from_signs(_BOUND.findall(version))
    elif wild := _WILD.fullmatch(version):
        yield VersionRange(introduced=wild[1], fixed=following(wild[1]))
    elif both := _FROM_TO.fullmatch(version) or _joined(version):
        yield VersionRange(introduced=both[1], last_affected=both[2])
    elif before := _BEFORE.fullmatch(version):
        yield VersionRange(fixed=before[1])
    elif up_to := _UP_TO.fullmatch(version):
        yield VersionRange(last_affected=up_to[1] or up_to[2])
    else:
        yield VersionRange(introduced=version, last_affected=version)


def _joined(version: str) -> re.Match[str] | None:
    """ "1.2.0-1.2.7" is a range; "1.2-3.4.5" may be a version with a revision."""
    found = _JOINED.fullmatch(version)
    return found if found and found[1].count(".") == found[2].count(".") else None


def _from_signs(bounds: Sequence[tuple[str, str]]) -> VersionRange:
    names = {">=": "introduced", ">": "after", "<": "fixed", "<=": "last_affected"}
    found: dict[str, str] = {}
    for sign, version in bounds:
        if sign == "=":
            return VersionRange(introduced=version, last_affected=version)
        found[names[sign]] = "" if sign == ">=" and version == "0" else version
    return VersionRange(**found)
