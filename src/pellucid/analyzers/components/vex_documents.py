"""What VEX documents in the image say: OpenVEX, CycloneDX with an analysis, CSAF of the profile VEX."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.documents import json_of
from pellucid.domain.vex_claim import VexClaim
from pellucid.errors import Malformed
from pellucid.formats import vex_document
from pellucid.formats.json_document import Places

OPENVEX, CSAF, CYCLONEDX = b"openvex.dev/ns", b'"csaf_vex"', b'"analysis"'


@analyzer(
    name="vex_documents",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(OPENVEX, CSAF, CYCLONEDX) & kind("text"),
    most_facts=vex_document.MOST_STATEMENTS + 1,
)
def vex_documents(artefact: Artefact) -> Iterator[Fact]:
    """Read the statements of VEX documents, which say whether vulnerabilities matter in a product.

    They are the word of whoever made the image: shown as such, and never more than a proposal.
    """
    document = json_of(artefact)
    try:
        author, found = vex_document.statements_of(document)
    except Malformed:
        # A program that writes such documents, or one that states nothing.
        return
    places = Places(artefact.data)
    for statement in found:
        name = statement.names[0]
        seen = artefact.evidence(places.of(name) + 1, name)
        yield VexClaim(statement=statement, author=author, evidence=seen)
