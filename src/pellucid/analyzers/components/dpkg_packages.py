"""Packages of Debian and its derivatives, from dpkg's status database or a package's own control file."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.formats import package_database
from pellucid.formats.purl import package_url

ANCHOR = b"Package: "
RELEASE_IN_VERSION = re.compile(r"[+~]deb(\d{1,2})u\d")
BASE_FILES = re.compile(r"(\d{1,2})(?:\.\d+)?(?:[+~].*)?$")

_text = Selector(lambda artefact: artefact.kind not in ("elf", "pe", "png"))


@analyzer(name="dpkg_packages", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & _text, most_facts=50_000)
def dpkg_packages(artefact: Artefact) -> Iterator[Fact]:
    """List the packages that dpkg says are installed, with the source package that Debian's advisories speak of.

    The release is not written in the database: it is taken from the version of base-files, which is the release's
    number, else from a security update's suffix (+deb12u1). Without either the ecosystem is "Debian" alone.
    """
    packages = list(package_database.installed(artefact.data, "dpkg"))
    release = _release(packages)
    for package in packages:
        name, version, architecture = package["package"], package["version"], package["architecture"]
        distribution = "ubuntu" if "ubuntu" in version else "debian"
        own = release or _release_of(version)
        source_name, source_version = package_database.source_of(package)
        qualifiers = {"arch": architecture, "distro": f"{distribution}-{own}" if own else ""}
        yield Dependency(
            vendor=distribution,
            product=name,
            version=version,
            purl=package_url(f"deb/{distribution}", name.lower(), version, qualifiers),
            confidence=1.0,
            linkage=Linkage.DIRECT,
            ecosystem=distribution.capitalize() + (f":{own}" if own and distribution == "debian" else ""),
            source_name=source_name,
            source_version=source_version,
            evidence=(artefact.evidence(package.offset, f"Package: {name} Version: {version}"),),
        )


def _release(packages: list[package_database.Paragraph]) -> str:
    for package in packages:
        if package["package"] == "base-files" and (found := BASE_FILES.match(package["version"])):
            return found[1]
    return ""


def _release_of(version: str) -> str:
    found = RELEASE_IN_VERSION.search(version)
    return found[1] if found else ""
