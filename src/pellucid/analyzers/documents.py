"""Documents that several analyzers read of the same artefact, read once and kept in its memo."""

from typing import Any

from pellucid.analysis.artefact import Artefact
from pellucid.errors import Malformed
from pellucid.formats import json_document, xml_document


def json_of(artefact: Artefact) -> dict[str, Any]:
    """The artefact as a JSON object, empty when it is none. Raises BudgetExceeded for one that is too large."""
    if "json" not in artefact.memo:
        try:
            artefact.memo["json"] = json_document.read(artefact.data)
        except Malformed:
            artefact.memo["json"] = {}
    found: dict[str, Any] = artefact.memo["json"]
    return found


def xml_of(artefact: Artefact) -> xml_document.Element:
    """The root element of the artefact, one without a name when it is no XML. Raises BudgetExceeded."""
    if "xml" not in artefact.memo:
        try:
            artefact.memo["xml"] = xml_document.read(artefact.data)
        except Malformed:
            artefact.memo["xml"] = xml_document.Element(name="", offset=0, attributes={})
    found: xml_document.Element = artefact.memo["xml"]
    return found
