"""Packages of an image of Buildroot by the table of its legal information."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.built_images import built_package
from pellucid.analyzers.language_package import is_sound
from pellucid.errors import Malformed
from pellucid.formats import build_manifests

ANCHOR = b'"PACKAGE","VERSION","LICENSE"'
UNKNOWN = frozenset(("", "undefined", "unknown", "custom"))


@analyzer(
    name="buildroot_manifests",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(ANCHOR) & kind("text"),
    named=("manifest.csv",),
)
def buildroot_manifests(artefact: Artefact) -> Iterator[Fact]:
    """List the packages of Buildroot's manifest.csv; packages of the machine that builds have a file of their own.

    Packages without a version are scripts and skeletons of Buildroot itself.
    """
    try:
        for item in build_manifests.legal_info(artefact.data):
            if item.version not in UNKNOWN and is_sound(item.name, item.version):
                yield built_package(artefact, item, "generic", 0.8)
    except Malformed:
        return
