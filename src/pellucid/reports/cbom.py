"""Cryptographic bills of materials: CycloneDX (ECMA-424), versions 1.6 and 1.7, as values that JSON has."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pellucid.domain.bill import Bill
from pellucid.reports.bill_graph import BillGraph
from pellucid.reports.cbom_component import algorithm_component, protocol_component
from pellucid.reports.cbom_graph import CbomGraph
from pellucid.reports.cbom_material import material_component
from pellucid.reports.cyclonedx import NEWEST, composition, metadata
from pellucid.reports.cyclonedx_component import file_component
from pellucid.reports.identifiers import document_id
from pellucid.reports.schemas import check
from pellucid.reports.text import plain_tree

# The names of formats, and the version of each.
FORMATS: Mapping[str, str] = {"cbom": NEWEST, "cbom-1.6": "1.6"}
SUFFIX = ".cbom.json"


def cbom(bill: Bill, version: str = NEWEST) -> dict[str, Any]:
    """What the image has of cryptography, and the software that has it; other software is not in it.

    Raises InvalidReport when the document does not meet the official schema.
    """
    graph = CbomGraph(bill)
    software = BillGraph(bill)
    document: dict[str, Any] = plain_tree(
        {
            "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": version,
            "serialNumber": document_id(bill, f"cbom-{version}").urn,
            "version": 1,
            "metadata": metadata(bill),
            "components": [
                *(algorithm_component(ref, named, version) for ref, named in graph.algorithms.items()),
                *(protocol_component(ref, uses, version) for ref, uses in graph.protocols.items()),
                *(material_component(ref, item, graph, version) for ref, item in graph.materials.items()),
                *(file_component(ref, part, software) for ref, part in graph.files.items()),
            ],
            "dependencies": graph.dependencies,
            "compositions": [composition(bill)],
        }
    )
    check(document, f"bom-{version}.SNAPSHOT")
    return document


def cbom_document(bill: Bill, form: str) -> str:
    """The bill in one of FORMATS; ends with a line break."""
    written = msgspec.json.format(msgspec.json.encode(cbom(bill, FORMATS[form])), indent=2)
    return f"{written.decode()}\n"
