"""Software that a bill in Syft's own format lists."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.documents import json_of
from pellucid.analyzers.listed_software import dependencies
from pellucid.formats.bills import syft
from pellucid.formats.json_document import Places, mapping

ANCHOR = b'"artifactRelationships"'


@analyzer(
    name="syft_bills", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & kind("text"), most_facts=60_000
)
def syft_bills(artefact: Artefact) -> Iterator[Fact]:
    """List the packages of a bill of materials that Syft wrote in its own JSON."""
    document = json_of(artefact)
    if "artifacts" in document and "descriptor" in mapping(document):
        yield from dependencies(artefact, syft.artefacts(document, Places(artefact.data)))
