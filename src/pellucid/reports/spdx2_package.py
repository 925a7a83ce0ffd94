"""Packages of an SPDX 2.3 document: the image, its dependencies, its components."""

from typing import Any

from pellucid.domain.bill import Bill, BillComponent, Subject
from pellucid.domain.component import ComponentKind
from pellucid.domain.dependency import Dependency
from pellucid.reports.bill_facts import (
    Facts,
    component_facts,
    coverage_facts,
    dependency_facts,
    evidence_json,
    facts_json,
    image_facts,
)
from pellucid.reports.bill_graph import ROOT, BillGraph, is_operating_system
from pellucid.reports.identifiers import is_cpe, is_purl
from pellucid.reports.licences import licence_of
from pellucid.reports.spdx_names import created, element_id, organisation, tool

NOTHING_SAID = "NOASSERTION"
IMAGES = {
    Subject.FIRMWARE: "FIRMWARE",
    Subject.CONTAINER: "CONTAINER",
    Subject.OPERATING_SYSTEM: "OPERATING_SYSTEM",
    Subject.APPLICATION: "APPLICATION",
    Subject.FILE: "FILE",
}
FILES = {
    ComponentKind.EXECUTABLE: "APPLICATION",
    ComponentKind.SCRIPT: "APPLICATION",
    ComponentKind.LIBRARY: "LIBRARY",
    ComponentKind.MODULE: "LIBRARY",
    ComponentKind.OBJECT: "FILE",
    ComponentKind.ARCHIVE: "ARCHIVE",
}


def image_package(bill: Bill) -> dict[str, Any]:
    """What the document describes."""
    facts = (*image_facts(bill), *coverage_facts(bill))
    package = _package(ROOT, bill.image_name, bill.image_version, bill.supplier)
    package |= {"packageFileName": bill.file_name, "primaryPackagePurpose": IMAGES[bill.subject]}
    return package | _checksum(bill.file_sha256) | {"annotations": _annotations(bill, facts)}


def dependency_package(ref: str, item: Dependency, graph: BillGraph, bill: Bill) -> dict[str, Any]:
    """Third-party software; where it was seen, and what SPDX has no member for, is in annotations."""
    package = _package(ref, item.product, item.version, item.vendor)
    if licence := licence_of(item.licence):
        package["licenseDeclared"] = licence.reference
    package["primaryPackagePurpose"] = "OPERATING_SYSTEM" if is_operating_system(item) else "LIBRARY"
    references = []
    for name in dict.fromkeys((item.cpe, *item.cpe_candidates)):
        if is_cpe(name):
            references.append(_reference("SECURITY", "cpe23Type", name))
    if is_purl(item.purl):
        references.append(_reference("PACKAGE-MANAGER", "purl", item.purl))
    if references:
        package["externalRefs"] = references
    seen = evidence_json(item) if item.evidence else ""
    return package | {"annotations": _annotations(bill, dependency_facts(item, graph), seen)}


def component_package(ref: str, part: BillComponent, graph: BillGraph, bill: Bill) -> dict[str, Any]:
    """A file of the image that is a unit of software; its name is its path in the image."""
    package = _package(ref, part.path, "", "")
    package |= {"packageFileName": part.path, "primaryPackagePurpose": FILES[part.component.kind]}
    return (
        package
        | _checksum(part.sha256)
        | {"annotations": _annotations(bill, component_facts(part, graph.loose_links_of(part)))}
    )


def spdx_id(ref: str) -> str:
    """The id of a node of the graph in this document."""
    return f"SPDXRef-{element_id(ref)}"


def _package(ref: str, name: str, version: str, supplier: str) -> dict[str, Any]:
    package: dict[str, Any] = {"SPDXID": spdx_id(ref), "name": name}
    if version:
        package["versionInfo"] = version
    name_of_supplier = organisation(supplier)
    package["supplier"] = f"Organization: {name_of_supplier}" if name_of_supplier else NOTHING_SAID
    nothing = ("downloadLocation", "licenseConcluded", "licenseDeclared", "copyrightText")
    return package | {"filesAnalyzed": False} | dict.fromkeys(nothing, NOTHING_SAID)


def _checksum(sha256: str) -> dict[str, Any]:
    return {"checksums": [{"algorithm": "SHA256", "checksumValue": sha256}]} if sha256 else {}


def _reference(category: str, kind: str, locator: str) -> dict[str, str]:
    return {"referenceCategory": category, "referenceType": kind, "referenceLocator": locator}


def _annotations(bill: Bill, facts: Facts, seen: str = "") -> list[dict[str, str]]:
    """One annotation with the facts and one with the sightings, both as JSON."""
    comments = [f"pellucid:facts {facts_json(facts)}"] + ([f"pellucid:evidence {seen}"] if seen else [])
    head = {"annotationType": "OTHER", "annotator": f"Tool: {tool(bill)}", "annotationDate": created(bill)}
    return [head | {"comment": comment} for comment in comments]
