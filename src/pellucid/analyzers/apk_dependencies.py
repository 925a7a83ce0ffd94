"""Packages of apk as dependencies."""

import re
from collections.abc import Mapping

from pellucid.analysis.artefact import Artefact
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.formats.distributions import Release
from pellucid.formats.purl import package_url

RELEASE = re.compile(r"-(r\d+)$")


def dependency_of(
    artefact: Artefact,
    offset: int,
    package: Mapping[str, str],
    stated: Release | None = None,
    requires: tuple[str, ...] = (),
) -> Dependency:
    """A package by the letters of its fields (P, V, A, L, o), of the distribution `stated` where that is known."""
    name, version, architecture = package["P"], package["V"], package.get("A", "")
    namespace = stated.distribution.namespace if stated else ""
    # A rolling distribution is not told from another by a release, so that its purl needs no qualifier.
    distro = stated.label if stated and stated.version else ""
    release = RELEASE.search(version)
    return Dependency(
        vendor=stated.distribution.id if stated else "",
        product=name,
        version=version,
        purl=package_url(
            f"apk/{namespace}" if namespace else "apk", name, version, {"arch": architecture, "distro": distro}
        ),
        confidence=1.0,
        linkage=Linkage.DIRECT,
        ecosystem=stated.ecosystem if stated else "",
        licence=package.get("L", ""),
        # OpenWrt states the path of the source in its tree (package/network/services/dropbear).
        source_name=package.get("o", "").rpartition("/")[2] or name,
        source_version=version,
        release=release[1] if release else "",
        distro=distro,
        requires=requires,
        evidence=(artefact.evidence(offset, f"{name} {version}"),),
    )
