"""Components, dependencies and links of a scan: values of rows <-> domain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from pellucid.domain.component import Component, ComponentKind, Reachability
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.domain.evidence import Evidence
from pellucid.domain.ids import new_ids
from pellucid.domain.place import ScannedPlace
from pellucid.domain.scan_result import ScanResult
from pellucid.storage.repositories.sightings import all_seen
from pellucid.storage.rows.inventory import ScanComponentRow

Numbers = Mapping[str, int]


def numbers_of(places: Sequence[ScannedPlace]) -> Numbers:
    """Numbers in the tree by path of an artefact; of equal paths the first."""
    numbers: dict[str, int] = {}
    for number, place in enumerate(places):
        if place.artefact:
            numbers.setdefault(place.artefact.path, number)
    return numbers


def component_values(components: Iterable[Component], numbers: Numbers) -> Iterator[dict[str, Any]]:
    """Columns of `scan_component`."""
    for item in components:
        at = item.evidence
        yield {
            "kind": item.kind,
            "name": item.name,
            "format": item.format,
            "architecture": item.architecture,
            "bits": item.bits,
            "artefact": at.artefact,
            "place": numbers.get(at.artefact),
            "offset": at.offset,
            "length": at.length,
            "seen": at.seen,
            "needed": item.needed,
            "rpath": item.rpath,
            "runpath": item.runpath,
            "interpreter": item.interpreter,
            "calls": item.calls,
            "reachability": item.reachability,
        }


def component_of(row: ScanComponentRow) -> Component:
    """As it was stored."""
    return Component(
        kind=ComponentKind(row.kind),
        format=row.format,
        architecture=row.architecture,
        bits=row.bits,
        evidence=Evidence(artefact=row.artefact, offset=row.offset, length=row.length, seen=row.seen),
        name=row.name,
        needed=tuple(row.needed),
        rpath=tuple(row.rpath),
        runpath=tuple(row.runpath),
        interpreter=row.interpreter,
        calls=tuple(row.calls),
        reachability=Reachability(row.reachability),
    )


def dependency_values(dependencies: Iterable[Dependency]) -> Iterator[dict[str, Any]]:
    """Columns of `scan_dependency`: every field has one of its name, except places, which have a table."""
    for item, fresh in zip(dependencies, new_ids(), strict=False):
        values = asdict(item)
        del values["places"]
        yield values | {"id": fresh}


def dependency_of(row: Row[Any], places: Sequence[str]) -> Dependency:
    """As it was stored, with the paths of its places."""
    return Dependency(
        vendor=row.vendor,
        product=row.product,
        version=row.version,
        purl=row.purl,
        cpe=row.cpe,
        licence=row.licence,
        linkage=Linkage(row.linkage),
        confidence=row.confidence,
        ecosystem=row.ecosystem,
        source_name=row.source_name,
        source_version=row.source_version,
        witness=Witness(row.witness),
        version_range=row.version_range,
        epoch=row.epoch,
        release=row.release,
        distro=row.distro,
        cpe_candidates=tuple(row.cpe_candidates),
        requires=tuple(row.requires),
        aliases=tuple(row.aliases),
        name_version=row.name_version,
        evidence=all_seen(row.evidence),
        places=tuple(places),
    )


def dependency_places(dependencies: Iterable[Dependency], numbers: Numbers) -> Iterator[dict[str, Any]]:
    """Columns of `dependency_place`."""
    for dependency, item in enumerate(dependencies):
        for place in sorted({numbers[path] for path in item.places if path in numbers}):
            yield {"dependency": dependency, "place": place}


def link_values(result: ScanResult, numbers: Numbers) -> Iterator[dict[str, Any]]:
    """Columns of `scan_link`, for links between artefacts that the tree has."""
    for link in result.links:
        if link.source in numbers and link.target in numbers:
            yield {"source": numbers[link.source], "target": numbers[link.target], "kind": link.kind}
