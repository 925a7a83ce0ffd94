"""One truth from many witnesses: the same software, seen by several, becomes one dependency.

What a package owns is that package, whatever its bytes look like; what its own code says comes before what a name
suggests; what has no version is counted to the one that has, when there is one that it can be.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from posixpath import basename

from pellucid.domain.dependency import Dependency, Linkage, Witness, upstream_version
from pellucid.domain.evidence import Evidence
from pellucid.domain.place import SEPARATOR
from pellucid.formats import cpe
from pellucid.formats.vers import contains
from pellucid.pipeline.inventory.managers import is_system_package
from pellucid.pipeline.inventory.ownership import Ownership

MOST_EVIDENCE = 64
MOST_FORMS = 64
MOST_ALIKE, MOST_EXPLAINING = 1000, 32
MOST_VERSIONS = 500
BY_NAME = 0.5
# Facts come from processes that read hostile bytes: what they ask for is a name with a star, never an expression.
VERSION_IN_NAME = re.compile(r"20\d{6}|\d{1,4}(?:\.\d{1,4}){1,4}(?:[-.]?(?:rc|alpha|beta|pre)[-.]?\d{0,3})?[a-z]{0,2}")
# What distributions put around the name of a project.
PREFIX = re.compile(r"^(?:python3?|py3?|node|ruby|php\d*|golang|perl|lua\d*|lib|r-cran|rust|haskell|ocaml)-?(?=[a-z])")
SUFFIX = re.compile(
    r"-?(?:[\d.]+[a-z]?|dev|devel|bin|common|core|utils?|tools?|libs?|data|perl|client|server|udeb|di|t64)$"
)


def merged(dependencies: Sequence[Dependency], ownership: Ownership) -> list[Dependency]:
    """The dependencies of an image, each once; `ownership` counts its packages as they are numbered here."""
    packages = _Packages(dependencies, ownership)
    tools: dict[tuple[str, str], list[Dependency]] = defaultdict(list)
    others: list[Dependency] = []
    for number, item in enumerate(dependencies):
        if number in packages.groups:
            continue
        if item.linkage is Linkage.BUILD and item.witness is not Witness.MANIFEST:
            # What built a file is no part of it, nor of the package that owns the file.
            tools[item.product, item.version].append(item)
        else:
            others += packages.left_of(item)
    installed = _same(_one(group) for group in packages.groups.values())
    guessed = _alike([_by_file_name(item) for item in others])
    return [_one(group) for group in (*installed, *guessed, *tools.values())]


class _Packages:
    """The packages that are installed, by number, each with the guesses that it explains."""

    def __init__(self, dependencies: Sequence[Dependency], ownership: Ownership) -> None:
        self.groups = {number: [item] for number, item in enumerate(dependencies) if is_system_package(item)}
        self._ownership = ownership
        self._names: dict[int, set[str]] = {}
        self._versions = {number: upstream_version(item) for number, (item,) in self.groups.items()}
        self._explained: dict[tuple[str, str, tuple[str, ...], str], tuple[int, ...]] = {}
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for number, (item,) in self.groups.items():
            self._names[number] = names(item)
            for name in self._names[number]:
                if len(self._by_name[name]) < MOST_ALIKE:
                    self._by_name[name].append(number)

    def left_of(self, item: Dependency) -> Iterator[Dependency]:
        """What of a guess no installed package explains; the rest is given to the packages."""
        wanted = names(item)
        explaining = self._explaining(item, wanted)
        kept: list[Evidence] = []
        inside: list[Evidence] = []
        given: dict[int, list[Evidence]] = defaultdict(list)
        for evidence in item.evidence:
            owner = self._ownership.owner(evidence.artefact)
            owner = owner if owner in self.groups else None
            if owner is not None and (wanted & self._names[owner] or self._is_release_of(owner, item)):
                given[owner].append(evidence)
            elif (other := self._other(explaining, owner, item, evidence)) is not None:
                given[other].append(evidence)
            elif owner is not None:
                inside.append(evidence)
            else:
                kept.append(evidence)
        for number, sightings in given.items():
            self.groups[number].append(replace(item, evidence=tuple(sightings)))
        if kept:
            yield replace(item, evidence=tuple(kept))
        if inside:
            # A copy inside a file of another package: its distribution's advisories do not speak of it.
            linkage = Linkage.EMBEDDED if item.linkage is Linkage.DIRECT else item.linkage
            yield replace(item, evidence=tuple(inside), linkage=linkage)

    def _is_release_of(self, owner: int, item: Dependency) -> bool:
        """Whether metadata in a file of the package speak of just its version: they call the same thing otherwise."""
        told = item.witness in (Witness.METADATA, Witness.MANIFEST) and "." in item.version
        return told and _is_version_of(self._versions[owner], item.version)

    def _explaining(self, item: Dependency, wanted: Iterable[str]) -> tuple[int, ...]:
        """The installed packages that the same software may have come with, where the versions agree; likeliest first.

        Of a source package that gives many, the one that is called like the software comes before the others.
        """
        key = (item.product, item.source_name, item.aliases, item.version)
        if (known := self._explained.get(key)) is not None:
            return known
        found = []
        for number in {number for name in wanted for number in self._by_name.get(name, ())}:
            if not item.version or _is_version_of(self._versions[number], item.version):
                package = self.groups[number][0]
                found.append((package.product != item.product, package.source_name != item.product, number))
        self._explained[key] = tuple(number for _, _, number in sorted(found)[:MOST_EXPLAINING])
        return self._explained[key]

    def _other(self, explaining: Iterable[int], owner: int | None, item: Dependency, evidence: Evidence) -> int | None:
        """The first of these packages that lies where the owner of the file does, or may own it itself.

        A package of a language in a file of another package is a copy, whatever else is installed.
        """
        sure = bool(item.version or item.ecosystem)
        for number in explaining:
            if owner is not None:
                if not item.ecosystem and self._ownership.together(number, owner):
                    return number
            elif self._ownership.may_own(number, evidence.artefact, sure=sure):
                return number
        return None


def names(dependency: Dependency) -> set[str]:
    """What the software may be called, with and without what distributions put around it."""
    stated = {dependency.product, dependency.source_name, *dependency.aliases}
    return {form for name in stated if name for form in _forms(name.lower().replace("_", "-"))}


@lru_cache(maxsize=50_000)
def _forms(name: str) -> frozenset[str]:
    """The name as it is, and with one more ending or beginning taken away each time."""
    found, queue = {name}, [name]
    while queue and len(found) < MOST_FORMS:
        longer = queue.pop()
        shorter = {SUFFIX.sub("", longer), PREFIX.sub("", longer)} - found - {""}
        found |= shorter
        queue += shorter
    return frozenset(found)


def _is_version_of(packaged: str, stated: str) -> bool:
    """Whether a package's version is that one, or that one with what a distribution appends ("1.2.13.dfsg")."""
    return packaged.startswith(stated) and not packaged[len(stated) : len(stated) + 1].isdigit()


def _by_file_name(item: Dependency) -> Dependency:
    """With the version that the name of its file tells, when its bytes do not."""
    if item.version:
        return item
    for wanted in item.name_version.splitlines():
        before, _, after = wanted.partition("*")
        for evidence in item.evidence:
            name = basename(evidence.artefact.rpartition(SEPARATOR)[2])
            version = name.removeprefix(before).removesuffix(after)
            if name != f"{before}{version}{after}" or not VERSION_IN_NAME.fullmatch(version):
                continue
            if not item.version_range or contains(item.version_range, version):
                return with_version(item, version)
    return item


def with_version(item: Dependency, version: str) -> Dependency:
    """The same dependency in a version that only the name of a file tells."""
    cpes = [_versioned(name, version) for name in (item.cpe, *item.cpe_candidates) if name]
    return replace(
        item,
        version=version,
        purl=f"{item.purl.partition('@')[0]}@{version}",
        cpe=cpes[0] if cpes else "",
        cpe_candidates=tuple(cpes[1:]),
        witness=Witness.FILE_NAME,
        confidence=min(item.confidence, BY_NAME),
    )


def _versioned(name: str, version: str) -> str:
    """A CPE 2.3 name with that version."""
    parts = name.split(":")
    return cpe.name(":".join(parts[2:5]), version) if len(parts) == 13 else name


def _same(dependencies: Iterable[Dependency]) -> list[list[Dependency]]:
    """Groups of one identity, in the order of their first."""
    groups: dict[tuple[str, str, str, str], list[Dependency]] = defaultdict(list)
    for item in dependencies:
        groups[item.identity].append(item)
    return list(groups.values())


def _alike(dependencies: Sequence[Dependency]) -> list[list[Dependency]]:
    """Groups of one identity; those without a version go to the only one with a version that they can be."""
    groups = _same(dependencies)
    known: dict[tuple[str, str, str], list[list[Dependency]]] = defaultdict(list)
    for group in groups:
        if group[0].version:
            known[_product(group[0])].append(group)
    found = []
    for group in groups:
        if group[0].version:
            found.append(group)
            continue
        by_range: dict[str, list[Dependency]] = defaultdict(list)
        for item in group:
            by_range[item.version_range].append(item)
        versions = known[_product(group[0])]
        for stated in list(by_range):
            possible = [] if len(versions) > MOST_VERSIONS else versions
            possible = [one for one in possible if not stated or contains(stated, one[0].version)]
            if len(possible) == 1:
                possible[0] += by_range.pop(stated)
        if len(by_range) == 2 and "" in by_range:
            # One that says nothing of its version may well be the only other one.
            vague = by_range.pop("")
            next(iter(by_range.values())).extend(vague)
        found += by_range.values()
    return found


def _product(item: Dependency) -> tuple[str, str, str]:
    return (item.vendor, item.product, item.ecosystem)


def _one(group: Sequence[Dependency]) -> Dependency:
    """What all of a group say together: the best witness speaks, the others add evidence and names."""
    best = min(group, key=lambda item: (not item.version, item.witness.rank, -item.confidence))
    cpes = list(dict.fromkeys(name for item in (best, *group) for name in (item.cpe, *item.cpe_candidates) if name))
    if best.version:
        cpes = [_versioned(name, upstream_version(best)) if name.split(":")[5:6] == ["*"] else name for name in cpes]
        cpes = list(dict.fromkeys(cpes))
    sightings = (item for member in (best, *group) for item in member.evidence)
    return replace(
        best,
        licence=best.licence or next((item.licence for item in group if item.licence), ""),
        confidence=max(item.confidence for item in group),
        cpe=best.cpe or next(iter(cpes), ""),
        cpe_candidates=tuple(name for name in cpes if name != (best.cpe or cpes[0])),
        evidence=_first(sightings),
        version_range="" if best.version else next((item.version_range for item in group if item.version_range), ""),
    )


def _first(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """As many as are kept, each once."""
    found: dict[Evidence, None] = {}
    for item in evidence:
        found.setdefault(item)
        if len(found) >= MOST_EVIDENCE:
            break
    return tuple(found)
