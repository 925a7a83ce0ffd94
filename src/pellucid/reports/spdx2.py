"""SPDX 2.3 (ISO/IEC 5962 is 2.2.1) as JSON.

Files of SPDX need a SHA-1, which is not known here: artefacts are addressed by SHA-256. So components are packages
whose purpose is that of a file or program, with their path as the name of the package's file and a SHA-256.
"""

from collections.abc import Iterator
from typing import Any

from pellucid.domain.bill import Bill
from pellucid.domain.link import LinkKind
from pellucid.reports.bill_graph import ROOT, BillGraph, owns_its_places
from pellucid.reports.schemas import check, schema
from pellucid.reports.spdx2_package import component_package, dependency_package, image_package, spdx_id
from pellucid.reports.spdx_names import created, document_name, licences_to_explain, namespace, organisation, tool
from pellucid.reports.text import plain_tree

DOCUMENT = "SPDXRef-DOCUMENT"
NOT_COMPLETE = "What lies in compiled software cannot be known completely: there may be more."


def spdx2(bill: Bill) -> dict[str, Any]:
    """The bill as a document. Raises InvalidReport when it does not meet the official schema."""
    graph = BillGraph(bill)
    explained = licences_to_explain(item.licence for _, item in graph.dependencies)
    document: dict[str, Any] = plain_tree(
        {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": DOCUMENT,
            "name": document_name(bill),
            "documentNamespace": namespace(bill, "spdx-2.3"),
            "creationInfo": _creation(bill),
            "packages": [
                image_package(bill),
                *(dependency_package(ref, item, graph, bill) for ref, item in graph.dependencies),
                *(component_package(ref, part, graph, bill) for ref, part in graph.components),
            ],
            "hasExtractedLicensingInfos": [
                {"licenseId": name, "name": text, "extractedText": text} for name, text in explained.items()
            ],
            "relationships": list(_relationships(graph)),
        }
    )
    if not explained:
        del document["hasExtractedLicensingInfos"]
    check(document, "spdx-2.3")
    return document


def _creation(bill: Bill) -> dict[str, Any]:
    creators = [f"Tool: {tool(bill)}"]
    if author := organisation(bill.author):
        creators.append(f"Organization: {author}")
    version = schema("spdx.SNAPSHOT")["$comment"].rpartition("-")[2]
    return {"created": created(bill), "creators": creators, "licenseListVersion": ".".join(version.split(".")[:2])}


def _relationships(graph: BillGraph) -> Iterator[dict[str, str]]:
    yield _relationship(DOCUMENT, "DESCRIBES", spdx_id(ROOT))
    for ref, _ in (*graph.dependencies, *graph.components):
        yield _relationship(spdx_id(ROOT), "CONTAINS", spdx_id(ref))
    yield _relationship(spdx_id(ROOT), "CONTAINS", "NOASSERTION") | {"comment": NOT_COMPLETE}
    owners = {ref for ref, item in graph.dependencies if owns_its_places(item)}
    for component, dependency in graph.carried:
        holder, held = (dependency, component) if dependency in owners else (component, dependency)
        yield _relationship(spdx_id(holder), "CONTAINS", spdx_id(held))
    for source, target in graph.required:
        yield _relationship(spdx_id(source), "DEPENDS_ON", spdx_id(target))
    for source, target, link in graph.linked:
        if link.kind is LinkKind.LOADS:
            yield _relationship(spdx_id(source), "DYNAMIC_LINK", spdx_id(target))
        else:
            used = _relationship(spdx_id(target), "RUNTIME_DEPENDENCY_OF", spdx_id(source))
            yield used | {"comment": str(link.kind)}


def _relationship(source: str, kind: str, target: str) -> dict[str, str]:
    return {"spdxElementId": source, "relationshipType": kind, "relatedSpdxElement": target}
