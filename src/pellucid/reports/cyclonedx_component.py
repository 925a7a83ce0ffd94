"""Components of a CycloneDX document: a dependency with its evidence, and a file of the image."""

from collections.abc import Iterable
from typing import Any

from pellucid.domain.bill import BillComponent
from pellucid.domain.dependency import Dependency, Witness
from pellucid.domain.evidence import Evidence
from pellucid.reports.bill_facts import NAMESPACE, component_facts, dependency_facts, sightings
from pellucid.reports.bill_graph import BillGraph, is_operating_system
from pellucid.reports.identifiers import is_cpe, is_purl
from pellucid.reports.licences import licence_of

LONGEST_VERSION = 1024
TECHNIQUES = {
    Witness.PACKAGE: "manifest-analysis",
    Witness.MANIFEST: "manifest-analysis",
    Witness.METADATA: "binary-analysis",
    Witness.VERSION_STRING: "binary-analysis",
    Witness.SYMBOLS: "binary-analysis",
    Witness.CONSTANTS: "binary-analysis",
    Witness.FILE_NAME: "filename",
}


def dependency_component(ref: str, item: Dependency, graph: BillGraph) -> dict[str, Any]:
    """Third-party software; what the schema has no place for is in properties."""
    kind = "operating-system" if is_operating_system(item) else "library"
    component: dict[str, Any] = {"type": kind, "bom-ref": ref}
    if item.vendor:
        component["supplier"] = {"name": item.vendor}
    component["name"] = item.product
    if item.version:
        component["version"] = item.version[:LONGEST_VERSION]
    if licence := licence_of(item.licence):
        component["licenses"] = [_licence(licence.id, licence.expression, licence.name)]
    if is_cpe(item.cpe):
        component["cpe"] = item.cpe
    if is_purl(item.purl):
        component["purl"] = item.purl
    return component | properties(dependency_facts(item, graph)) | {"evidence": _evidence(item)}


def file_component(ref: str, part: BillComponent, graph: BillGraph) -> dict[str, Any]:
    """A file that is a unit of software; its name is its path in the image."""
    component: dict[str, Any] = {"type": "file", "bom-ref": ref, "name": part.path}
    if part.sha256:
        component["hashes"] = [{"alg": "SHA-256", "content": part.sha256}]
    return component | properties(component_facts(part, graph.links_of(part)))


def properties(facts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The member "properties" with names in our namespace; nothing when there is no fact."""
    stated = [{"name": NAMESPACE + name, "value": value} for name, value in facts if value]
    return {"properties": stated} if stated else {}


def _licence(spdx_id: str, expression: str, name: str) -> dict[str, Any]:
    if expression:
        return {"expression": expression, "acknowledgement": "declared"}
    return {"license": ({"id": spdx_id} if spdx_id else {"name": name}) | {"acknowledgement": "declared"}}


def _evidence(item: Dependency) -> dict[str, Any]:
    """By what it is identified, and where it was seen. Offsets count bytes of the file."""
    seen_at = sightings(item)
    first = next((seen.seen for seen in item.evidence), "")
    confidence = min(max(item.confidence, 0.0), 1.0)
    method = {"technique": TECHNIQUES[item.witness], "confidence": confidence}
    if first:
        method["value"] = first
    concluded = [("purl", item.purl)] if is_purl(item.purl) else [("name", item.product), ("version", item.version)]
    concluded.append(("cpe", item.cpe if is_cpe(item.cpe) else ""))
    evidence: dict[str, Any] = {
        "identity": [
            {"field": field, "confidence": confidence, "concludedValue": value, "methods": [method]}
            for field, value in concluded
            if value
        ]
    }
    if seen_at:
        evidence["occurrences"] = [_occurrence(seen) for seen in seen_at]
    return evidence


def _occurrence(seen: Evidence) -> dict[str, Any]:
    place: dict[str, Any] = {"location": seen.artefact, "offset": max(seen.offset, 0)}
    return place | {"additionalContext": seen.seen} if seen.seen else place
