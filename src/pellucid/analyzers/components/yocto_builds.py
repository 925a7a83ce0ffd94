"""The distribution of Yocto that an image was built from, by its file /etc/build."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.language_package import is_sound
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats import build_manifests
from pellucid.formats.purl import package_url

ANCHOR = b"Layer Revisions:"


@analyzer(name="yocto_builds", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & kind("text"))
def yocto_builds(artefact: Artefact) -> Iterator[Fact]:
    """Name the distribution that an image was built from, with the layers and their revisions as evidence."""
    found = build_manifests.configuration(artefact.data)
    name, version = found.variables.get("DISTRO", ""), found.variables.get("DISTRO_VERSION", "")
    if not name or not is_sound(name, version):
        return
    layers = [artefact.evidence(artefact.offsets(ANCHOR)[0], f"{key} = {value}") for key, value in found.layers.items()]
    at = max(artefact.data.find(b"DISTRO_VERSION"), 0)
    yield Dependency(
        vendor="",
        product=name,
        version=version,
        purl=package_url("generic", name, version),
        linkage=Linkage.BUILD,
        witness=Witness.MANIFEST,
        confidence=0.8,
        evidence=(artefact.evidence(at, f"DISTRO = {name} DISTRO_VERSION = {version}"), *layers[:30]),
    )
