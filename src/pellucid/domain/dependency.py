"""Dependencies: third-party software that an image contains."""

from dataclasses import dataclass
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class Linkage(StrEnum):
    """How a dependency is part of the component that has it (values of the v4 contract)."""

    UNSPECIFIED = "unspecified"
    EMBEDDED = "embedded"
    EXTERNAL = "external"
    PROJECT = "project"
    BUILD = "build"
    DERIVED = "derived"
    VENDORED = "vendored"
    DIRECT = "direct"


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """Third-party software, by vendor, product and version.

    `version` is empty when the product is certain and the version is not; such a dependency is shown, but no
    advisory is matched with it. `confidence` is between 0 and 1. `ecosystem` is OSV's name of the package universe
    ("Debian:12", "Alpine:v3.19"), empty for software recognised from its bytes; `source_name` and `source_version`
    name the source package that distribution advisories speak of.
    """

    vendor: str
    product: str
    version: str
    purl: str
    confidence: float
    evidence: tuple[Evidence, ...]
    cpe: str = ""
    licence: str = ""
    linkage: Linkage = Linkage.UNSPECIFIED
    ecosystem: str = ""
    source_name: str = ""
    source_version: str = ""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """Two dependencies with the same identity are one, however often they are seen."""
        return (self.vendor, self.product, self.version, self.purl)


def upstream_name(dependency: Dependency) -> tuple[str, str]:
    """(vendor, product) as the CPE dictionary spells them, which is how upstream advisories name software."""
    parts = dependency.cpe.split(":")
    return (parts[3], parts[4]) if len(parts) == 13 else (dependency.vendor, dependency.product)
