"""Packages of NuGet that a lock file or a restored project has settled on."""

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

LOCKED, RESTORED = b'"contentHash"', b'"projectFileDependencyGroups"'


@analyzer(
    name="nuget_locks",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(LOCKED, RESTORED) & kind("text"),
    named=("packages.lock.json", "packages.*.lock.json", "project.assets.json"),
)
def nuget_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the packages that packages.lock.json locks, or that project.assets.json says were restored.

    The files lie with sources: what an application really carries stands in its own .deps.json.
    """
    document = json_of(artefact)
    places = json_document.Places(artefact.data)
    seen = set[tuple[str, str]]()
    for key, name, version, requires in (*_locked(document), *_restored(document)):
        if not version or not is_sound(name, version) or (name, version) in seen:
            continue
        seen.add((name, version))
        yield language_package(
            artefact,
            NUGET,
            name,
            version,
            offset=places.of(key),
            witness=Witness.MANIFEST,
            confidence=0.6,
            linkage=Linkage.EXTERNAL,
            requires=requires,
        )


def _locked(document: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(key, name, version, what it needs) of a lock file, for all target frameworks."""
    for framework in mapping(document.get("dependencies")).values():
        for name, entry in mapping(framework).items():
            if text(mapping(entry).get("type")) != "Project":
                needs = mapping(mapping(entry).get("dependencies"))
                yield name, name, text(mapping(entry).get("resolved")), needs


def _restored(document: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    if "projectFileDependencyGroups" not in document:
        return
    targets = [mapping(target) for target in mapping(document.get("targets")).values()]
    for key, entry in mapping(document.get("libraries")).items():
        name, _, version = key.partition("/")
        if text(mapping(entry).get("type")) == "package":
            needs = next((mapping(mapping(target.get(key)).get("dependencies")) for target in targets), {})
            yield key, name, version, needs
