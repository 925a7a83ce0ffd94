"""Applicability statements of NVD ("configurations" of the API 2.0) as statements about products.

Configurations are alternatives; each is an AND or OR over nodes, each of which is an AND or OR over matches: a CPE 2.3
name, or one with "*" as version and bounds. What is vulnerable is said of the match; what else an AND asks for becomes
`only_with`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.advisories.feeds.nvd_names import narrow, product_named
from pellucid.domain.statement import Affected, Platform, Subject
from pellucid.domain.version_range import VersionRange
from pellucid.errors import Malformed
from pellucid.formats.cpe import ANY, CpeName
from pellucid.formats.json_document import objects, text

# In one record. The longest lists of production have a few thousand of either.
MOST_MATCHES = 50_000
MOST_NODES = 2000
MOST_PLATFORMS = 100_000
NOT_ALL_SAID = "NVD says that it matters only together with other products, in a way that is not understood here."

Groups = tuple[tuple[Platform, ...], ...]


@dataclass(frozen=True)
class Applicability:
    """What configurations say; `fault` is what of it was left out, because it is not in order."""

    affected: tuple[Affected, ...] = ()
    fault: str = ""


@dataclass(frozen=True)
class _Match:
    name: CpeName
    platform: Platform
    vulnerable: bool

    @property
    def bounds(self) -> VersionRange | None:
        return self.platform.ranges[0] if self.platform.ranges else None


@dataclass(frozen=True)
class _Node:
    """`groups` is what it asks for: a conjunction of alternatives. None when that cannot be said so."""

    matches: Sequence[_Match]
    every: bool
    negated: bool
    groups: Groups | None


@dataclass
class _Versions:
    ranges: dict[VersionRange, None] = field(default_factory=dict)
    versions: dict[str, None] = field(default_factory=dict)
    any_version: bool = False


class _Reader:
    def __init__(self) -> None:
        self.faults: list[str] = []
        self._matches = self._nodes = self._platforms = 0

    def configurations(self, items: Iterable[dict[str, Any]]) -> Iterator[tuple[_Match, Groups, str]]:
        """Matches that are said to be vulnerable, with their conditions, and a note where not all is put so."""
        for item in items:
            # "None of these" says of no product that it is vulnerable. NVD has no such configuration.
            if item.get("negate") is not True:
                nodes = [self._node(node) for node in objects(item.get("nodes"))]
                together = item.get("operator") == "AND"
                for index, node in enumerate(nodes):
                    others = [other for at, other in enumerate(nodes) if at != index] if together else []
                    for match, groups, note in _conditioned(node, others):
                        self._platforms += sum(map(len, groups))
                        self._check()
                        yield match, groups, note

    def _check(self) -> None:
        if self._matches > MOST_MATCHES or self._nodes > MOST_NODES or self._platforms > MOST_PLATFORMS:
            raise Malformed(f"more than {MOST_MATCHES:,} matches, {MOST_NODES:,} nodes or {MOST_PLATFORMS:,} platforms")

    def _node(self, item: dict[str, Any]) -> _Node:
        found = objects(item.get("cpeMatch"))
        self._matches += len(found)
        self._nodes += 1
        self._check()
        matches = [match for match in map(self._match, found) if match]
        every, negated = item.get("operator") == "AND", item.get("negate") is True
        platforms = tuple(dict.fromkeys(match.platform for match in matches))
        whole = len(matches) == len(found) > 0 and not negated
        groups = tuple((platform,) for platform in platforms) if every else (platforms,)
        return _Node(matches=matches, every=every, negated=negated, groups=groups if whole else None)

    def _match(self, item: dict[str, Any]) -> _Match | None:
        try:
            name = product_named(text(item.get("criteria")))
        except Malformed as error:
            self.faults.append(error.message)
            return None
        bounds = _bounds(item, name)
        platform = Platform(cpe=item["criteria"], ranges=(bounds,) if bounds else ())
        return _Match(name=name, platform=platform, vulnerable=item.get("vulnerable") is True)


def applicability(configurations: Any) -> Applicability:
    """One statement for each product, target, edition and condition, in the order of the record."""
    reader = _Reader()
    found: dict[tuple[Subject, str, str, Groups, str], _Versions] = {}
    try:
        for match, groups, note in reader.configurations(objects(configurations)):
            key = (match.name.subject, narrow(match.name.target_sw), narrow(match.name.sw_edition), groups, note)
            _add(found.setdefault(key, _Versions()), match)
    except Malformed as error:
        return Applicability(fault=error.message)
    return Applicability(
        tuple(_affected(key, versions) for key, versions in found.items()), "; ".join(reader.faults[:3])
    )


def _conditioned(node: _Node, others: Sequence[_Node]) -> Iterator[tuple[_Match, Groups, str]]:
    if node.negated:
        return
    groups = tuple(group for other in others for group in other.groups or ())
    note = NOT_ALL_SAID if any(other.groups is None for other in others) else ""
    for match in node.matches:
        if match.vulnerable and node.every:
            beside = tuple(group for group in node.groups or () if group != (match.platform,))
            yield match, (*groups, *beside), note if node.groups is not None else NOT_ALL_SAID
        elif match.vulnerable:
            yield match, groups, note


def _affected(key: tuple[Subject, str, str, Groups, str], versions: _Versions) -> Affected:
    subject, target, edition, groups, note = key
    return Affected(
        subject=subject,
        ranges=tuple(versions.ranges),
        versions=tuple(versions.versions),
        any_version=versions.any_version,
        target=target,
        edition=edition,
        only_with=groups,
        note=note,
    )


def _add(versions: _Versions, match: _Match) -> None:
    if match.bounds:
        versions.ranges[match.bounds] = None
    elif match.name.version == ANY:
        versions.any_version = True
    else:
        versions.versions[match.name.listed] = None


def _bounds(match: dict[str, Any], name: CpeName) -> VersionRange | None:
    """The range that bounds give; None without any, or when the name has a version of its own.

    With an update in the name ("*:p9" up to 4.2.8), that update of the last version is the last one.
    """
    if name.version != ANY:
        return None
    last, update = text(match.get("versionEndIncluding")), narrow(name.update)
    found = VersionRange(
        introduced=text(match.get("versionStartIncluding")),
        after=text(match.get("versionStartExcluding")),
        fixed=text(match.get("versionEndExcluding")),
        last_affected=f"{last}:{update}" if last and update else last,
    )
    return None if found == VersionRange() else found
