"""What an OSV record says of packages and repositories: `affected[]`, evaluated as the schema 1.7 says.

Three things are said in it: of a package (`package`, with ranges of its versions); of a source repository (ranges of
commits, of which only `versions`, names of tags, can be compared without the repository); and of a product in the CPE
dictionary, where whoever converted a CVE kept what the ranges of commits were found by (`database_specific`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from pellucid.advisories.feeds.fields import LONGEST_NAME
from pellucid.advisories.feeds.nvd_names import product_named
from pellucid.domain.statement import Affected, FixPlan, Standing, Subject
from pellucid.domain.version_range import VersionRange
from pellucid.errors import Malformed
from pellucid.formats.json_document import mapping, objects, text, texts
from pellucid.formats.package_names import repository_of, subject_of
from pellucid.formats.version_order import Comparator, comparator, upstream
from pellucid.formats.version_ranges import ranges_of

MOST_VERSIONS = 20_000
MOST_REPOSITORIES = 100
MOST_SYMBOLS = 2000
LONGEST_VERSION = 200
NEVER = [{"introduced": "0"}, {"fixed": "0"}]
# Ecosystems whose packages are projects with a repository: `versions` are names of its tags.
PROJECTS = ("OSS-Fuzz", "Linux", "GIT")
# In these the list of versions is what OSV found in the archive between the ends of the ranges, and no more.
LISTED_FROM_RANGES = ("Debian", "Alpine")
END_OF_LIFE = "end-of-life"
_BELOW = re.compile(r"<\s*([^\s,<>=]+)")
OUTSIDE = "The publisher knows no fix, and calls nothing from {} on affected."
OWN_NUMBERS = "In the project's own numbers, which are not those of the module, it is fixed in {}."


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What one entry says of versions."""

    ranges: tuple[VersionRange, ...] = ()
    versions: tuple[str, ...] = ()
    never: bool = False


def affected_of(entry: dict[str, Any]) -> Iterator[Affected]:
    """What one entry of `affected` says; nothing when nothing can be concluded from it."""
    package = mapping(entry.get("package"))
    ecosystem, name = text(package.get("ecosystem")), text(package.get("name"))[:LONGEST_NAME]
    if ecosystem and name:
        yield from _of_package(subject_of(ecosystem, name), entry)
    if not ecosystem or ecosystem.partition(":")[0] in PROJECTS:
        yield from _of_repositories(entry)
        yield from _of_product(entry)
    yield from _of_origins(entry)


def unresolved(specific: dict[str, Any]) -> Iterator[Affected]:
    """Ranges of versions that no commits were found for; of use where a CPE says whose versions they are."""
    for item in objects(specific.get("unresolved_ranges")):
        yield from _of_cpes(item)


def _of_package(subject: Subject, entry: dict[str, Any]) -> Iterator[Affected]:
    said = _said(entry, comparator(subject[0]), subject[0].partition(":")[0] in LISTED_FROM_RANGES)
    ecosystem, database = mapping(entry.get("ecosystem_specific")), mapping(entry.get("database_specific"))
    urgency = text(ecosystem.get("urgency")) or text(ecosystem.get("ubuntu_priority"))
    plan = FixPlan.END_OF_LIFE if urgency == END_OF_LIFE else FixPlan.NONE
    if said.never:
        yield Affected(subject=subject, any_version=True, standing=Standing.NOT_AFFECTED, urgency=urgency)
    if not said.ranges and not said.versions:
        return
    found = Affected(
        subject=subject,
        ranges=said.ranges,
        versions=said.versions,
        plan=plan,
        urgency=urgency,
        symbols=_symbols(ecosystem),
        note=_own_numbers(ecosystem),
    )
    yield _bounded(found, text(database.get("last_known_affected_version_range")))


def _said(entry: dict[str, Any], order: Comparator, listed_from_ranges: bool) -> _Said:
    ranges: list[VersionRange] = []
    never = False
    for item in objects(entry.get("ranges")):
        if item.get("type") in ("SEMVER", "ECOSYSTEM"):
            events = _events(item.get("events"))
            never = never or events == NEVER
            ranges.extend(_swept(events, order))
    versions = _versions(entry)
    if ranges and listed_from_ranges:
        versions = ()
    elif ranges:
        versions = tuple(item for item in versions if not any(_inside(item, one, order) for one in ranges))
    return _Said(ranges=tuple(dict.fromkeys(ranges)), versions=versions, never=never and not ranges and not versions)


def _of_repositories(entry: dict[str, Any]) -> Iterator[Affected]:
    """Tags that are affected, and versions of the project where they are known."""
    versions, stated = _versions(entry), () if mapping(entry.get("package")) else _project(entry)
    ranges: dict[str, list[VersionRange]] = {}
    for item in objects(entry.get("ranges")):
        address = repository_of(text(item.get("repo")))
        if item.get("type") != "GIT" or not address or len(ranges) >= MOST_REPOSITORIES:
            continue
        found = ranges.setdefault(address, [*stated])
        found.extend(_swept(_extracted(mapping(item.get("database_specific"))), upstream))
    for address, known in ranges.items():
        if versions or known:
            yield Affected(subject=("repo", address), ranges=tuple(dict.fromkeys(known)), versions=versions)


def _project(entry: dict[str, Any]) -> tuple[VersionRange, ...]:
    return _said({"ranges": entry.get("ranges")}, upstream, listed_from_ranges=False).ranges


def _of_product(entry: dict[str, Any]) -> Iterator[Affected]:
    """Software taken as its authors release it, named as the CPE dictionary spells it: the data that come with us."""
    named = mapping(mapping(entry.get("database_specific")).get("upstream"))
    vendor, product, part = (text(named.get(key)) for key in ("vendor", "product", "part"))
    said = _said(entry, upstream, listed_from_ranges=False)
    if vendor and product and (said.ranges or said.versions):
        subject = f"cpe:{part or 'a'}", f"{vendor}:{product}"
        yield Affected(subject=subject, ranges=said.ranges, versions=said.versions)


def _of_origins(entry: dict[str, Any]) -> Iterator[Affected]:
    database = mapping(entry.get("database_specific"))
    for item in (*(mapping(one.get("database_specific")) for one in objects(entry.get("ranges"))), database):
        yield from _of_cpes(item)
    yield from unresolved(database)


def _of_cpes(item: dict[str, Any]) -> Iterator[Affected]:
    ranges = _swept(_extracted(item), upstream)
    if ranges:
        for subject in dict.fromkeys(_products((text(item.get("cpe")), *texts(item.get("cpes"))))):
            yield Affected(subject=subject, ranges=ranges)


def _products(cpes: Iterable[str]) -> Iterator[Subject]:
    for cpe in cpes:
        with suppress(Malformed):
            yield product_named(cpe).subject


def _extracted(specific: dict[str, Any]) -> list[dict[str, str]]:
    """What the converter read in the CVE; `versions` until 2025, when it held events, too."""
    return _events(specific.get("extracted_events")) or _events(specific.get("versions"))


def _events(value: Any) -> list[dict[str, str]]:
    """Events whose versions are of a bearable length."""
    return [
        {kind: version for kind, version in event.items() if isinstance(version, str)}
        for event in objects(value)
        if all(len(version) <= LONGEST_VERSION for version in event.values() if isinstance(version, str))
    ]


def _swept(events: Sequence[dict[str, str]], order: Comparator) -> tuple[VersionRange, ...]:
    return tuple(
        VersionRange(introduced=item.introduced, fixed=item.fixed, last_affected=item.last_affected)
        for item in ranges_of(events, order)
    )


def _inside(version: str, item: VersionRange, order: Comparator) -> bool:
    if item.introduced and order(version, item.introduced) < 0:
        return False
    if item.fixed:
        return order(version, item.fixed) < 0
    return not item.last_affected or order(version, item.last_affected) <= 0


def _versions(entry: dict[str, Any]) -> tuple[str, ...]:
    stated = entry.get("versions")
    if not isinstance(stated, list):
        return ()
    return tuple(item for item in stated[:MOST_VERSIONS] if isinstance(item, str) and 0 < len(item) <= LONGEST_VERSION)


def _bounded(found: Affected, known: str) -> Affected:
    """GitHub keeps "< 4.0.0" apart where nobody says what 4.0.0 is: a fix, or just the next version."""
    bound = _BELOW.fullmatch(known)
    if not bound or not found.ranges:
        return found
    last = found.ranges[-1]
    if last.fixed or last.last_affected:
        return found
    ranges = (*found.ranges[:-1], replace(last, fixed=bound[1]))
    return replace(found, ranges=ranges, note=OUTSIDE.format(bound[1]))


def _symbols(ecosystem: dict[str, Any]) -> tuple[str, ...]:
    """ "path.Function" for Go ("path" alone when all of the package is meant), paths of functions for Rust."""
    found: list[str] = []
    for item in objects(ecosystem.get("imports"))[:MOST_SYMBOLS]:
        path = text(item.get("path"))
        found.extend([f"{path}.{symbol}" for symbol in texts(item.get("symbols"))] or [path])
    found.extend(texts(mapping(ecosystem.get("affects")).get("functions")))
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_SYMBOLS]


def _own_numbers(ecosystem: dict[str, Any]) -> str:
    events = (event for item in objects(ecosystem.get("custom_ranges")) for event in _events(item.get("events")))
    fixed = ", ".join(dict.fromkeys(event["fixed"] for event in events if "fixed" in event))
    return OWN_NUMBERS.format(fixed[:LONGEST_VERSION]) if fixed else ""
