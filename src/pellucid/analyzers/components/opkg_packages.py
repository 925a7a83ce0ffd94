"""Packages of OpenWrt, Yocto and others that use opkg, from its status database or a package's own control file."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.formats import package_database, package_needs
from pellucid.formats.package_database import Paragraph
from pellucid.formats.purl import package_url

ANCHOR = b"Package: "
# OpenWrt up to 23.05 counts builds as "-1", later as "-r1"; Yocto as "-r0" or "-r0.3".
RELEASE = re.compile(r"-(r?\d+(?:\.\d+)*)$")

_text = Selector(lambda artefact: artefact.kind not in ("elf", "pe", "png"))


@analyzer(name="opkg_packages", version=3, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & _text, most_facts=50_000)
def opkg_packages(artefact: Artefact) -> Iterator[Fact]:
    """List the packages that opkg says are installed.

    No vulnerability database speaks of opkg packages, so they have no ecosystem: what they bring is recognised from
    the bytes of their files. A CPE that the package states itself (OpenWrt's CPE-ID) is kept.
    """
    packages = list(package_database.installed(artefact.data, "opkg"))
    providers = package_needs.providers((item["package"], _provided(item)) for item in packages)
    for package in packages:
        needs = package_needs.clauses(package["pre-depends"], package["depends"])
        yield _dependency(artefact, package, package_needs.resolved(needs, providers, name=package["package"]))


def _dependency(artefact: Artefact, package: Paragraph, requires: tuple[str, ...]) -> Dependency:
    name, version = package["package"], package["version"]
    epoch, colon, _ = version.partition(":")
    release = RELEASE.search(version)
    return Dependency(
        vendor="",
        product=name,
        version=version,
        purl=package_url("opkg", name, version, {"arch": package["architecture"]}),
        confidence=1.0,
        linkage=Linkage.DIRECT,
        cpe=_cpe(package["cpe-id"], version),
        licence=package["license"],
        source_name=package["sourcename"] or name,
        source_version=version,
        epoch=epoch if colon and epoch.isdigit() else "",
        release=release[1] if release else "",
        requires=requires,
        evidence=(artefact.evidence(package.offset, f"Package: {name} Version: {version}"),),
    )


def _provided(package: Paragraph) -> list[str]:
    return [name for clause in package_needs.clauses(package["provides"]) for name in clause]


def _cpe(stated: str, version: str) -> str:
    """A CPE 2.2 URI (cpe:/a:busybox:busybox) as a CPE 2.3 name with the upstream part of the version."""
    parts = stated.removeprefix("cpe:/").split(":")
    if not stated.startswith("cpe:/") or len(parts) < 3:
        return ""
    upstream = version.rpartition("-")[0] or version
    return f"cpe:2.3:{parts[0]}:{parts[1]}:{parts[2]}:{upstream}:*:*:*:*:*:*:*"
