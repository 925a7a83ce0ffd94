"""Packages of an image by the manifest that its builder wrote."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.analyzers.built_images import built_package
from pellucid.formats import build_manifests

PURL_TYPES = {"yocto": "yocto", "openwrt": "opkg"}


@analyzer(
    name="image_manifests",
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("text"),
    most_facts=50_000,
    named=("*.manifest", "manifest"),
)
def image_manifests(artefact: Artefact) -> Iterator[Fact]:
    """List the packages in the manifest of an image that Yocto or OpenWrt built.

    The first writes "name architecture version" in each line, the second "name - version".
    """
    system, packages = build_manifests.image(artefact.data)
    for item in packages:
        yield built_package(artefact, item, PURL_TYPES[system], 0.8)
