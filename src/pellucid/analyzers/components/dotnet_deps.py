"""Packages that an application of .NET was published with (*.deps.json)."""

from collections.abc import Iterator
from typing import Any

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.built_packages import NUGET
from pellucid.analyzers.documents import json_of
from pellucid.analyzers.language_package import is_sound, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats import json_document
from pellucid.formats.json_document import mapping, text

ANCHOR = b'"runtimeTarget"'
ASSETS = ("runtime", "native", "runtimeTargets", "resources")
PACK = "runtimepack."
WITH_FILES, WITHOUT = 0.95, 0.6


@analyzer(name="dotnet_deps", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & kind("text"))
def dotnet_deps(artefact: Artefact) -> Iterator[Fact]:
    """List the packages of NuGet that an application of .NET carries, and the runtime of one that brings its own.

    A package that brings no file to the target that the application runs on is only a name that others stand behind:
    it is listed with less confidence. Projects of the application itself are its own parts.
    """
    document = json_of(artefact)
    target = text(mapping(document.get("runtimeTarget")).get("name"))
    libraries, targets = mapping(document.get("libraries")), mapping(document.get("targets"))
    places = json_document.Places(artefact.data)
    for key, entry in mapping(targets.get(target)).items():
        name, _, version = key.partition("/")
        type_ = text(mapping(libraries.get(key)).get("type")) or "package"
        if not version or not is_sound(name, version) or type_ not in ("package", "project", "runtimepack"):
            continue
        yield language_package(
            artefact,
            NUGET,
            name.removeprefix(PACK),
            version,
            offset=places.of(key),
            witness=Witness.MANIFEST,
            confidence=WITH_FILES if _brings_files(mapping(entry)) else WITHOUT,
            linkage=Linkage.PROJECT if type_ == "project" else Linkage.DIRECT,
            requires=mapping(mapping(entry).get("dependencies")),
        )


def _brings_files(entry: dict[str, Any]) -> bool:
    """A file "_._" stands for none."""
    return any(not path.endswith("/_._") for kind_ in ASSETS for path in mapping(entry.get(kind_)))
