"""What is known of a dependency or component and has no place of its own in a document: pairs of a name and a value."""

from collections.abc import Iterable, Sequence

import msgspec

from pellucid.domain.bill import Bill, BillComponent
from pellucid.domain.dependency import Dependency
from pellucid.domain.evidence import Evidence
from pellucid.domain.link import Link
from pellucid.reports.bill_graph import BillGraph
from pellucid.reports.identifiers import is_cpe, is_purl
from pellucid.reports.text import plain_tree

NAMESPACE = "pellucid:"
MOST_PLACES = 64

Facts = Sequence[tuple[str, str]]


def image_facts(bill: Bill) -> Facts:
    """The uploaded file and the product."""
    return [("product", bill.product), ("fileName", bill.file_name), ("fileSize", str(bill.file_size))]


def coverage_facts(bill: Bill) -> Facts:
    """How much was read, and what was not."""
    coverage = bill.coverage
    return [
        ("artefacts", str(coverage.artefacts)),
        ("unreadArtefacts", str(coverage.unread)),
        *((f"problems:{unit}:{kind}", str(count)) for (unit, kind), count in sorted(coverage.problems.items())),
    ]


def dependency_facts(item: Dependency, graph: BillGraph) -> Facts:
    """Names may come several times, once for each value."""
    elsewhere = graph.elsewhere(item)
    return [
        ("linkage", str(item.linkage)),
        ("witness", str(item.witness)),
        ("confidence", f"{item.confidence:g}"),
        ("versionRange", item.version_range),
        ("ecosystem", item.ecosystem),
        ("distro", item.distro),
        ("epoch", item.epoch),
        ("release", item.release),
        ("sourceName", item.source_name),
        ("sourceVersion", item.source_version),
        ("cpe", "" if is_cpe(item.cpe) else item.cpe),
        ("purl", "" if is_purl(item.purl) else item.purl),
        *(("alias", name) for name in item.aliases),
        *(("cpeCandidate", name) for name in item.cpe_candidates),
        *(("unmetRequirement", name) for name in graph.unmet(item)),
        *(("place", path) for path in elsewhere[:MOST_PLACES]),
        ("placesNotListed", str(len(elsewhere) - MOST_PLACES) if len(elsewhere) > MOST_PLACES else ""),
    ]


def component_facts(part: BillComponent, links: Iterable[Link]) -> Facts:
    """Names may come several times; links, of which a document names those it cannot show, are called by their kind."""
    item = part.component
    return [
        ("size", str(part.size) if part.sha256 else ""),
        ("kind", str(item.kind)),
        ("format", item.format),
        ("architecture", item.architecture),
        ("bits", str(item.bits) if item.bits else ""),
        ("name", item.name),
        ("interpreter", item.interpreter),
        ("reachability", str(item.reachability)),
        *(("needed", name) for name in item.needed),
        *(("command", text) for text in item.calls),
        *(("rpath", path) for path in item.rpath),
        *(("runpath", path) for path in item.runpath),
        *((str(link.kind), link.target) for link in links),
    ]


def sightings(item: Dependency) -> list[Evidence]:
    """Where it was seen, each once, by path and offset."""
    return sorted(set(item.evidence), key=lambda seen: (seen.artefact, seen.offset, seen.length, seen.seen))


def evidence_json(item: Dependency) -> str:
    """The sightings as JSON, for members that take text alone. Offsets and lengths are in bytes of the artefact."""
    seen = [
        {"artefact": at.artefact, "offset": at.offset, "length": at.length, "seen": at.seen} for at in sightings(item)
    ]
    return msgspec.json.encode(plain_tree(seen)).decode()


def facts_json(facts: Facts) -> str:
    """Facts as a JSON list of pairs."""
    return msgspec.json.encode(plain_tree([[NAMESPACE + name, value] for name, value in facts if value])).decode()
