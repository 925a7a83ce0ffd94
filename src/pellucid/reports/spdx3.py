"""SPDX 3.0.1 as JSON-LD, with the profiles Core, Software, Simple Licensing and Extension."""

from typing import Any

from pellucid.domain.bill import Bill
from pellucid.reports.bill_graph import ROOT, TOOL, BillGraph
from pellucid.reports.schemas import check
from pellucid.reports.spdx3_elements import CREATION, Elements
from pellucid.reports.spdx3_relations import relations
from pellucid.reports.spdx3_software import software
from pellucid.reports.spdx_names import created, document_name, tool
from pellucid.reports.text import plain_tree

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
PROFILES = ["core", "software", "simpleLicensing", "extension"]
DATA_LICENCE = "CC0-1.0"
AUTHOR = "author"


def spdx3(bill: Bill) -> dict[str, Any]:
    """The bill as a document. Raises InvalidReport when it does not meet the official schema."""
    graph = BillGraph(bill)
    make = Elements(bill)
    content = [*software(bill, graph, make), *relations(graph, make)]
    named = [element["spdxId"] for element in content]
    data_licence = make.element(
        "simplelicensing_LicenseExpression", "data-licence", simplelicensing_licenseExpression=DATA_LICENCE
    )
    collection = {"name": document_name(bill), "profileConformance": PROFILES}
    sbom = make.element("software_Sbom", "sbom", **collection, software_sbomType=["analyzed"])
    sbom |= {"rootElement": [make.id(ROOT)], "element": named}
    document = make.element("SpdxDocument", "document", **collection, dataLicense=data_licence["spdxId"])
    document["rootElement"] = [sbom["spdxId"]]
    written: dict[str, Any] = plain_tree(
        {"@context": CONTEXT, "@graph": [*_creation(bill, make), document, sbom, data_licence, *content]}
    )
    check(written, "spdx-3.0.1")
    return written


def _creation(bill: Bill, make: Elements) -> list[dict[str, Any]]:
    """When, by whom and with what; without an organisation it was the program that did it."""
    kind, name = ("Organization", bill.author) if bill.author else ("SoftwareAgent", TOOL)
    author = make.element(kind, AUTHOR, name=name)
    program = make.element("Tool", TOOL, name=tool(bill))
    info = {
        "type": "CreationInfo",
        "@id": CREATION,
        "specVersion": "3.0.1",
        "created": created(bill),
        "createdBy": [author["spdxId"]],
        "createdUsing": [program["spdxId"]],
    }
    return [info, author, program]
