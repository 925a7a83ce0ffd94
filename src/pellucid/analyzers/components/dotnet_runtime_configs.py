"""Runtimes that applications of .NET bring with them (*.runtimeconfig.json)."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.built_packages import NUGET
from pellucid.analyzers.documents import json_of
from pellucid.analyzers.language_package import is_sound, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats import json_document
from pellucid.formats.json_document import mapping, objects, text

ANCHOR = b'"includedFrameworks"'


@analyzer(name="dotnet_runtime_configs", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & kind("text"))
def dotnet_runtime_configs(artefact: Artefact) -> Iterator[Fact]:
    """Name the frameworks of .NET that a self-contained application includes, with their exact versions.

    A framework that is only asked for may be any later one, or not there at all: it is no fact.
    """
    options = mapping(json_of(artefact).get("runtimeOptions"))
    places = json_document.Places(artefact.data)
    for framework in objects(options.get("includedFrameworks")):
        name, version = text(framework.get("name")), text(framework.get("version"))
        if not version or not is_sound(name, version):
            continue
        yield language_package(
            artefact,
            NUGET,
            name,
            version,
            offset=places.of(name),
            witness=Witness.MANIFEST,
            confidence=0.95,
            linkage=Linkage.DIRECT,
        )
