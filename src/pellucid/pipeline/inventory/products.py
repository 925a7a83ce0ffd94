"""One truth from many witnesses: the same software, seen by several, becomes one dependency.

What a package owns is that package, whatever its bytes look like; what its own code says comes before what a name
suggests; what has no version is counted to the one that has, when there is one that it can be.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from posixpath import basename

from pellucid.domain.dependency import Dependency, Linkage, Witness, upstream_version
from pellucid.domain.evidence import Evidence
from pellucid.domain.scan_result import SEPARATOR
from pellucid.formats import cpe
from pellucid.formats.vers import contains
from pellucid.pipeline.inventory.ownership import Ownership, is_system_package

MOST_EVIDENCE = 64
BY_NAME = 0.5
# What distributions put around the name of a project.
PREFIX = re.compile(r"^(?:python3?|py3?|node|ruby|php\d*|golang|perl|lua\d*|lib|r-cran|rust|haskell|ocaml)-?(?=[a-z])")
SUFFIX = re.compile(
    r"-?(?:[\d.]+[a-z]?|dev|devel|bin|common|core|utils?|tools?|libs?|data|perl|client|server|udeb|di|t64)$"
)


def merged(dependencies: Sequence[Dependency], ownership: Ownership) -> list[Dependency]:
    """The dependencies of an image, each once; `ownership` counts its packages as they are numbered here."""
    packages: dict[int, list[Dependency]] = {
        number: [item] for number, item in enumerate(dependencies) if is_system_package(item)
    }
    by_name: dict[str, list[int]] = defaultdict(list)
    for number, (item,) in packages.items():
        for name in names(item):
            by_name[name].append(number)
    others: list[Dependency] = []
    for number, item in enumerate(dependencies):
        if number not in packages:
            others += _left(item, dependencies, ownership, packages, by_name)
    one = [_one(group) for group in _same(_one(group) for group in packages.values())]
    return [*one, *map(_one, _alike([_by_file_name(item) for item in others]))]


def names(dependency: Dependency) -> set[str]:
    """What the software may be called, with and without what distributions put around it."""
    stated = {dependency.product, dependency.source_name, *dependency.aliases}
    return {form for name in stated if name for form in _forms(name.lower().replace("_", "-"))}


def _forms(name: str) -> Iterator[str]:
    """The name as it is, and with one more ending or beginning taken away each time."""
    yield name
    for shorter in (SUFFIX.sub("", name), PREFIX.sub("", name)):
        if shorter and shorter != name:
            yield from _forms(shorter)


def _left(
    item: Dependency,
    dependencies: Sequence[Dependency],
    ownership: Ownership,
    packages: dict[int, list[Dependency]],
    by_name: dict[str, list[int]],
) -> Iterator[Dependency]:
    """What of a guess no installed package explains; the rest is given to the packages."""
    wanted = names(item)
    kept: list[Evidence] = []
    inside: list[Evidence] = []
    for evidence in item.evidence:
        owner = ownership.owner(evidence.artefact)
        package = packages.get(owner) if owner is not None else None
        if package and wanted & names(package[0]):
            package.append(replace(item, evidence=(evidence,)))
            continue
        other = _explains(item, wanted, dependencies, by_name)
        if other is not None and (package or ownership.may_own(other, evidence.artefact, sure=bool(item.version))):
            packages[other].append(replace(item, evidence=(evidence,)))
        elif package:
            inside.append(evidence)
        else:
            kept.append(evidence)
    if kept:
        yield replace(item, evidence=tuple(kept))
    if inside:
        # A copy inside a file of another package: its distribution's advisories do not speak of it.
        linkage = Linkage.EMBEDDED if item.linkage is Linkage.DIRECT else item.linkage
        yield replace(item, evidence=tuple(inside), linkage=linkage)


def _explains(
    item: Dependency, wanted: Iterable[str], dependencies: Sequence[Dependency], by_name: dict[str, list[int]]
) -> int | None:
    """The installed package that the same software came with, where the versions agree."""
    for number in {number for name in wanted for number in by_name.get(name, ())}:
        package = dependencies[number]
        if not item.version or _is_version_of(upstream_version(package), item.version):
            return number
    return None


def _is_version_of(packaged: str, stated: str) -> bool:
    """Whether a package's version is that one, or that one with what a distribution appends ("1.2.13.dfsg")."""
    return packaged.startswith(stated) and not packaged[len(stated) : len(stated) + 1].isdigit()


def _by_file_name(item: Dependency) -> Dependency:
    """With the version that the name of its file tells, when its bytes do not."""
    if item.version:
        return item
    for pattern in map(re.compile, item.name_version.splitlines()):
        for evidence in item.evidence:
            found = pattern.fullmatch(basename(evidence.artefact.rpartition(SEPARATOR)[2]))
            if found and (not item.version_range or contains(item.version_range, found["version"])):
                return with_version(item, found["version"])
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
        unplaced = []
        for item in group:
            possible = [one for one in known[_product(item)] if _may_be(item, one[0].version)]
            if len(possible) == 1:
                possible[0].append(item)
            else:
                unplaced.append(item)
        by_range: dict[str, list[Dependency]] = defaultdict(list)
        for item in unplaced:
            by_range[item.version_range].append(item)
        found += by_range.values()
    return found


def _product(item: Dependency) -> tuple[str, str, str]:
    return (item.vendor, item.product, item.ecosystem)


def _may_be(item: Dependency, version: str) -> bool:
    return not item.version_range or contains(item.version_range, version)


def _one(group: Sequence[Dependency]) -> Dependency:
    """What all of a group say together: the best witness speaks, the others add evidence and names."""
    best = min(group, key=lambda item: (not item.version, item.witness.rank, -item.confidence))
    cpes = [name for item in (best, *group) for name in (item.cpe, *item.cpe_candidates) if name]
    if best.version:
        cpes = [_versioned(name, upstream_version(best)) if name.split(":")[5:6] == ["*"] else name for name in cpes]
    cpes = list(dict.fromkeys(cpes))
    evidence = dict.fromkeys(item for member in (best, *group) for item in member.evidence)
    return replace(
        best,
        licence=best.licence or next((item.licence for item in group if item.licence), ""),
        confidence=max(item.confidence for item in group),
        cpe=best.cpe or next(iter(cpes), ""),
        cpe_candidates=tuple(name for name in cpes if name != (best.cpe or cpes[0])),
        evidence=tuple(evidence)[:MOST_EVIDENCE],
        version_range="" if best.version else best.version_range,
    )
