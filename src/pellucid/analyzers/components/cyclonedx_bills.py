"""Software that a CycloneDX document in the image lists."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.documents import json_of, xml_of
from pellucid.analyzers.listed_software import dependencies
from pellucid.formats.bills import cyclonedx
from pellucid.formats.json_document import Places

JSON_MARK, XML_MARK = b'"bomFormat"', b"cyclonedx.org/schema/bom"


@analyzer(
    name="cyclonedx_bills",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(JSON_MARK, XML_MARK) & kind("text"),
    most_facts=60_000,
)
def cyclonedx_bills(artefact: Artefact) -> Iterator[Fact]:
    """List the software of a CycloneDX bill of materials, JSON or XML, that lies in the image.

    What the bill excludes, and what is no software (files, devices, data, keys), is left out.
    """
    if artefact.offsets(JSON_MARK) and json_of(artefact).get("bomFormat") == "CycloneDX":
        yield from dependencies(artefact, cyclonedx.components(json_of(artefact), Places(artefact.data)))
    elif artefact.offsets(XML_MARK) and not artefact.offsets(JSON_MARK) and xml_of(artefact).name == "bom":
        yield from dependencies(artefact, cyclonedx.xml_components(xml_of(artefact)))
