"""Packages of compiled languages as dependencies: their universes, and what is the same for all of their manifests."""

from collections.abc import Iterable
from urllib.parse import quote

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.language_package import MOST_REQUIRED, Universe, is_sound
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats.purl import package_url

GO = Universe(ecosystem="Go", purl_type="golang")
CRATES = Universe(ecosystem="crates.io", purl_type="cargo")
NUGET = Universe(ecosystem="NuGet", purl_type="nuget")
CONAN = Universe(ecosystem="ConanCenter", purl_type="conan")


def is_artefact(group: str, name: str, version: str) -> bool:
    """Whether these can be an artefact of Maven. Debian's repository has versions in words ("debian"): no version."""
    numbered = not version or any(letter.isdigit() for letter in version)
    return numbered and is_sound(f"{group}:{name}", version)


def maven_package(
    artefact: Artefact,
    group: str,
    name: str,
    version: str,
    *,
    offset: int,
    seen: str = "",
    witness: Witness = Witness.METADATA,
    confidence: float = 1.0,
    linkage: Linkage = Linkage.EMBEDDED,
    licence: str = "",
    requires: Iterable[str] = (),
) -> Dependency:
    """An artefact of Maven. Advisories name it by group and name, "org.example:thing"."""
    return Dependency(
        vendor=group,
        product=name,
        version=version,
        purl=package_url(f"maven/{quote(group, safe='')}" if group else "maven", name, version),
        confidence=confidence,
        evidence=(artefact.evidence(offset, seen or f"{group}:{name} {version}"),),
        licence=licence,
        linkage=linkage,
        ecosystem="Maven" if group else "",
        source_name=f"{group}:{name}" if group else "",
        witness=witness,
        requires=tuple(dict.fromkeys(requires))[:MOST_REQUIRED],
    )
