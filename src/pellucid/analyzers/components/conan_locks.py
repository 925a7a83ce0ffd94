"""Packages of Conan that a lock file has settled on."""

from collections.abc import Iterator
from typing import Any

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.conan import conan_package
from pellucid.analyzers.documents import json_of
from pellucid.domain.dependency import Linkage
from pellucid.formats.json_document import Places, mapping, text, texts

FIRST, SECOND = b'"graph_lock"', b'"build_requires"'


@analyzer(
    name="conan_locks",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(FIRST, SECOND) & kind("text"),
    named=("conan.lock", "*.lock"),
)
def conan_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the packages of a conan.lock, of Conan 1 or 2; tools of the build are marked as such."""
    document = json_of(artefact)
    places = Places(artefact.data)
    seen = set[str]()
    for reference, linkage in (*_first(document), *_second(document)):
        found = conan_package(artefact, reference, places.of(reference), confidence=0.7, linkage=linkage)
        if found and found.purl not in seen:
            seen.add(found.purl)
            yield found


def _first(document: dict[str, Any]) -> Iterator[tuple[str, Linkage]]:
    """The nodes of Conan 1; the one that others do not need is the project itself."""
    nodes = mapping(mapping(document.get("graph_lock")).get("nodes"))
    for number, node in nodes.items():
        building = text(mapping(node).get("context")) == "build"
        if number != "0":
            yield text(mapping(node).get("ref")), Linkage.BUILD if building else Linkage.EXTERNAL


def _second(document: dict[str, Any]) -> Iterator[tuple[str, Linkage]]:
    if "version" in document and "graph_lock" not in document:
        yield from ((reference, Linkage.EXTERNAL) for reference in texts(document.get("requires")))
        yield from ((reference, Linkage.BUILD) for reference in texts(document.get("build_requires")))
