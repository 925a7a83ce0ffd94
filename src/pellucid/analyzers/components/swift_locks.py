"""Swift packages that a Package.resolved pins (Swift Package Manager, versions 1 to 3)."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import Universe, is_sound, json_object, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.errors import Malformed
from pellucid.formats import json_document
from pellucid.formats.json_document import Places, mapping, objects, text

SWIFT = Universe(ecosystem="SwiftURL", purl_type="swift")


@analyzer(name="swift_locks", version=1, stage=Stage.COMPONENTS, wants=contains(b'"pins"') & json_object)
def swift_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the Swift packages that a lock file pins; their names are the addresses of their repositories."""
    try:
        document = json_document.read(artefact.data)
    except Malformed:
        return
    places = Places(artefact.data)
    for pin in objects(document.get("pins")) or objects(mapping(document.get("object")).get("pins")):
        location = text(pin.get("location")) or text(pin.get("repositoryURL"))
        name = location.partition("://")[2].rpartition("@")[2].removesuffix("/").removesuffix(".git")
        version = text(mapping(pin.get("state")).get("version"))
        if name.count("/") >= 2 and version and is_sound(name, version):
            yield language_package(
                artefact,
                SWIFT,
                name,
                version,
                offset=places.of(location),
                witness=Witness.MANIFEST,
                confidence=0.9,
                linkage=Linkage.EXTERNAL,
            )
