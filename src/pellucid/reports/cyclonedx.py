"""CycloneDX (ECMA-424), versions 1.6 and 1.7, as values that JSON has. Keys stand in the order of the XML schema."""

from datetime import UTC
from typing import Any

from pellucid.domain.bill import Bill
from pellucid.reports.bill_facts import coverage_facts, image_facts
from pellucid.reports.bill_graph import ROOT, TOOL, BillGraph
from pellucid.reports.cyclonedx_component import dependency_component, file_component, properties
from pellucid.reports.identifiers import document_id
from pellucid.reports.schemas import check
from pellucid.reports.text import plain_tree

NEWEST = "1.7"
VERSIONS = ("1.6", NEWEST)


def cyclonedx(bill: Bill, version: str = NEWEST) -> dict[str, Any]:
    """The bill as a document of one of VERSIONS. Raises InvalidReport when it does not meet the official schema."""
    graph = BillGraph(bill)
    document: dict[str, Any] = plain_tree(
        {
            "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": version,
            "serialNumber": document_id(bill, f"cyclonedx-{version}").urn,
            "version": 1,
            "metadata": metadata(bill),
            "components": [
                *(dependency_component(ref, item, graph) for ref, item in graph.dependencies),
                *(file_component(ref, part, graph) for ref, part in graph.components),
            ],
            "dependencies": [
                {"ref": ref, "dependsOn": targets} if targets else {"ref": ref} for ref, targets in graph.edges.items()
            ],
            "compositions": [composition(bill)],
        }
    )
    check(document, f"bom-{version}.SNAPSHOT")
    return document


def cyclonedx_1_6(bill: Bill) -> dict[str, Any]:
    """The same for those who cannot read the newest version."""
    return cyclonedx(bill, "1.6")


def metadata(bill: Bill) -> dict[str, Any]:
    """When, by what and of what the document was made, and how much of the image was read."""
    tool = {"type": "application", "bom-ref": TOOL, "name": TOOL, "version": bill.tool_version}
    stated: dict[str, Any] = {
        "timestamp": bill.created.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "lifecycles": [{"phase": "post-build"}],
        "tools": {"components": [tool]},
        "component": _subject(bill),
    }
    if bill.author:
        stated["manufacturer"] = {"name": bill.author}
    if bill.supplier:
        stated["supplier"] = {"name": bill.supplier}
    return stated | properties(coverage_facts(bill))


def _subject(bill: Bill) -> dict[str, Any]:
    component: dict[str, Any] = {"type": str(bill.subject), "bom-ref": ROOT}
    if bill.supplier:
        component["supplier"] = {"name": bill.supplier}
    component["name"] = bill.image_name
    if bill.image_version:
        component["version"] = bill.image_version
    component["hashes"] = [{"alg": "SHA-256", "content": bill.file_sha256}]
    return component | properties(image_facts(bill))


def composition(bill: Bill) -> dict[str, Any]:
    """What analysis of bytes can never say is that a bill is complete."""
    aggregate = "unknown" if bill.coverage.whole else "incomplete"
    return {"aggregate": aggregate, "assemblies": [ROOT], "dependencies": [ROOT]}
