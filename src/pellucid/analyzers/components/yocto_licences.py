"""Packages of an image of Yocto by its list of licences."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.built_images import built_package
from pellucid.analyzers.language_package import is_sound
from pellucid.formats import build_manifests

ANCHOR = b"RECIPE NAME: "


@analyzer(
    name="yocto_licences", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & kind("text"), most_facts=50_000
)
def yocto_licences(artefact: Artefact) -> Iterator[Fact]:
    """List the packages of a license.manifest, which Yocto puts into images: recipe, version and licence of each."""
    for item in build_manifests.licences(artefact.data):
        if is_sound(item.name, item.version):
            yield built_package(artefact, item, "yocto", 0.9)
