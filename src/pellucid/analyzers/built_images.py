"""Packages that builders of firmware list, as dependencies."""

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.language_package import MOST_REQUIRED
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats import licence_names
from pellucid.formats.build_manifests import Built
from pellucid.formats.purl import package_url


def built_package(artefact: Artefact, item: Built, purl_type: str, confidence: float) -> Dependency:
    """A package of an image. No vulnerability database speaks of such packages, so they have no ecosystem."""
    return Dependency(
        vendor="",
        product=item.name,
        version=item.version,
        purl=package_url(purl_type, item.name, item.version, {"arch": item.architecture}),
        licence=licence_names.spdx_expression(item.licence),
        linkage=Linkage.DIRECT,
        source_name=item.recipe,
        source_version=item.version if item.recipe else "",
        witness=Witness.MANIFEST,
        confidence=confidence,
        evidence=(artefact.evidence(item.offset, f"{item.name} {item.version}"),),
        requires=item.needs[:MOST_REQUIRED],
    )
