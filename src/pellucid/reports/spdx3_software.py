"""Software in an SPDX 3.0.1 document: the image, packages with their suppliers and evidence, files, licences."""

from collections.abc import Iterator
from typing import Any

from pellucid.domain.bill import Bill, BillComponent, Subject
from pellucid.domain.component import ComponentKind
from pellucid.domain.dependency import Dependency
from pellucid.reports.bill_facts import (
    component_facts,
    coverage_facts,
    dependency_facts,
    evidence_json,
    image_facts,
)
from pellucid.reports.bill_graph import ROOT, BillGraph, is_operating_system
from pellucid.reports.identifiers import is_cpe, is_purl
from pellucid.reports.licences import Licence, licence_of
from pellucid.reports.spdx3_elements import Elements, extension, hashes
from pellucid.reports.spdx_names import licences_to_explain

IMAGES = {
    Subject.FIRMWARE: "firmware",
    Subject.CONTAINER: "container",
    Subject.OPERATING_SYSTEM: "operatingSystem",
    Subject.APPLICATION: "application",
    Subject.FILE: "file",
}
FILES = {
    ComponentKind.EXECUTABLE: "executable",
    ComponentKind.SCRIPT: "executable",
    ComponentKind.LIBRARY: "library",
    ComponentKind.MODULE: "module",
    ComponentKind.OBJECT: "file",
    ComponentKind.ARCHIVE: "archive",
}

Element = dict[str, Any]


def software(bill: Bill, graph: BillGraph, make: Elements) -> Iterator[Element]:
    """Everything that relations may speak of."""
    suppliers = {bill.supplier} | {item.vendor for _, item in graph.dependencies}
    for name in sorted(suppliers - {""}):
        yield make.element("Organization", supplier_ref(name), name=name)
    yield make.element(
        "software_Package",
        ROOT,
        name=bill.image_name,
        software_packageVersion=bill.image_version,
        suppliedBy=make.id(supplier_ref(bill.supplier)) if bill.supplier else "",
        verifiedUsing=hashes(bill.file_sha256),
        software_primaryPurpose=IMAGES[bill.subject],
        extension=extension((*image_facts(bill), *coverage_facts(bill))),
    )
    for ref, item in graph.dependencies:
        yield from _package(ref, item, graph, make)
    for ref, part in graph.components:
        yield _file(ref, part, graph, make)
    yield from _licences(graph, make)


def supplier_ref(name: str) -> str:
    """What a supplier is called in the document."""
    return f"supplier:{name}"


def licence_ref(licence: Licence) -> str:
    """What a licence is called in the document."""
    return f"licence:{licence.reference}"


def _package(ref: str, item: Dependency, graph: BillGraph, make: Elements) -> Iterator[Element]:
    names = dict.fromkeys((item.cpe, *item.cpe_candidates))
    identifiers = [
        {"type": "ExternalIdentifier", "externalIdentifierType": "cpe23", "identifier": name}
        for name in names
        if is_cpe(name)
    ]
    purl = item.purl if is_purl(item.purl) else ""
    if purl:
        identifiers.append({"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": purl})
    yield make.element(
        "software_Package",
        ref,
        name=item.product,
        software_packageVersion=item.version,
        software_packageUrl=purl,
        suppliedBy=make.id(supplier_ref(item.vendor)) if item.vendor else "",
        externalIdentifier=identifiers,
        software_primaryPurpose="operatingSystem" if is_operating_system(item) else "library",
        extension=extension(dependency_facts(item, graph)),
    )
    if item.evidence:
        head = {"annotationType": "other", "contentType": "application/json", "subject": make.id(ref)}
        yield make.element("Annotation", f"evidence:{ref}", **head, statement=evidence_json(item))


def _file(ref: str, part: BillComponent, graph: BillGraph, make: Elements) -> Element:
    return make.element(
        "software_File",
        ref,
        name=part.path,
        verifiedUsing=hashes(part.sha256),
        software_primaryPurpose=FILES[part.component.kind],
        software_fileKind="file",
        extension=extension(component_facts(part, graph.loose_links_of(part))),
    )


def _licences(graph: BillGraph, make: Elements) -> Iterator[Element]:
    """Every licence once, and what its LicenseRefs stand for."""
    stated = sorted({item.licence for _, item in graph.dependencies})
    for name, text in licences_to_explain(stated).items():
        yield make.element("simplelicensing_SimpleLicensingText", f"text:{name}", simplelicensing_licenseText=text)
    licences = {licence.reference: licence for item in stated if (licence := licence_of(item))}
    for reference, licence in sorted(licences.items()):
        meanings = [
            {"type": "DictionaryEntry", "key": name, "value": make.id(f"text:{name}")} for name in licence.unexplained
        ]
        yield make.element(
            "simplelicensing_LicenseExpression",
            licence_ref(licence),
            simplelicensing_licenseExpression=reference,
            simplelicensing_customIdToUri=meanings,
        )
