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


class Witness(StrEnum):
    """What a dependency was recognised by; the most trustworthy first."""

    PACKAGE = "package"  # the database of a package manager says that it is installed
    MANIFEST = "manifest"  # a manifest or lock file of a language's package manager, or an SBOM
    METADATA = "metadata"  # what a compiler or packager embedded: build information, notes, resources, .modinfo
    VERSION_STRING = "versionString"  # its own code states its version
    SYMBOLS = "symbols"  # its soname, exported symbols or characteristic strings
    CONSTANTS = "constants"  # tables that only its code has
    FILE_NAME = "fileName"  # the name of a file alone

    @property
    def rank(self) -> int:
        """0 for the most trustworthy."""
        return list(Witness).index(self)


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """Third-party software, by vendor, product and version.

    `version` is empty when the product is certain and the version is not; such a dependency is shown, but no
    advisory is matched with it; `version_range` then says what is known of it ("vers:generic/>=1.2.9|<1.3.1", the VERS
    specification). `confidence` is between 0 and 1. `ecosystem` is OSV's name of the package universe ("Debian:12",
    "Alpine:v3.19", "PyPI"), empty for software recognised from its bytes; `source_name` and `source_version` name the
    source package that distribution advisories speak of; `epoch` and `release` are the parts of a package's version
    around the upstream one, `distro` is "debian-12". `cpe` is the likeliest CPE 2.3 name, `cpe_candidates` others.

    `requires` are names of packages in the same universe that it needs. `aliases` are other names under which packages
    ship it, by which a guess from bytes is known to be an installed package. `name_version` are names of
    files, one a line, with a star for the version: where the bytes say nothing, the name of the file may.
    `places` are the paths of the artefacts that are it, contain it or belong to it, known when a whole image is.
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
    witness: Witness = Witness.PACKAGE
    version_range: str = ""
    epoch: str = ""
    release: str = ""
    distro: str = ""
    cpe_candidates: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    name_version: str = ""
    places: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """Two dependencies with the same identity are one, however often they are seen."""
        return (self.vendor, self.product, self.version, self.purl)


def upstream_version(dependency: Dependency) -> str:
    """The version without what a distribution put around it: epoch and release."""
    epoch, colon, rest = dependency.version.partition(":")
    version = rest if colon and epoch.isdigit() else dependency.version
    return version.removesuffix(f"-{dependency.release}") if dependency.release else version


def upstream_name(dependency: Dependency) -> tuple[str, str]:
    """(vendor, product) as the CPE dictionary spells them, which is how upstream advisories name software."""
    parts = dependency.cpe.split(":")
    return (parts[3], parts[4]) if len(parts) == 13 else (dependency.vendor, dependency.product)
