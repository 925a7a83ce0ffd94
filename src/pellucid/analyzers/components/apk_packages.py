"""Packages of Alpine Linux and others that use apk, from its installed database or a package's own .PKGINFO."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.formats import package_database
from pellucid.formats.purl import package_url

CHECKSUM = (b"C:Q1", b"C:Q2")
PKGINFO = b"pkgname = "
ALPINE_RELEASE = re.compile(r"(\d+\.\d+)\.\d")

_text = Selector(lambda artefact: artefact.kind not in ("elf", "pe", "png"))


@analyzer(
    name="apk_packages",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(*CHECKSUM, PKGINFO) & _text,
    most_facts=50_000,
)
def apk_packages(artefact: Artefact) -> Iterator[Fact]:
    """List the packages that apk says are installed, with the origin that Alpine's advisories speak of.

    An index of what could be installed has the same fields, but no list of files (F:), and gives nothing. The
    release comes from the version of the package alpine-release, or of alpine-base before there was one.
    """
    if artefact.offsets(PKGINFO):
        fields = package_database.assignments(artefact.data)
        if all(fields.get(name) for name in ("pkgname", "pkgver", "arch")) and fields.keys() & {"origin", "datahash"}:
            package = {"P": fields["pkgname"], "V": fields["pkgver"], "A": fields["arch"]}
            package |= {"L": fields.get("license", ""), "o": fields.get("origin", "")}
            yield _dependency(artefact, artefact.offsets(PKGINFO)[0], package, "", "")
        return
    if artefact.data.find(b"\nF:") < 0:
        return
    packages = [item for item in package_database.apk(artefact.data) if item["P"] and item["V"]]
    names = {item["P"]: item["V"] for item in packages}
    found = ALPINE_RELEASE.match(names.get("alpine-release") or names.get("alpine-base") or "")
    vendor = next((name for name in ("alpine", "wolfi") if any(item.startswith(name) for item in names)), "")
    for item in packages:
        yield _dependency(artefact, item.offset, item.fields, vendor, found[1] if found else "")


def _dependency(artefact: Artefact, offset: int, package: dict[str, str], vendor: str, release: str) -> Dependency:
    name, version, architecture = package["P"], package["V"], package.get("A", "")
    qualifiers = {"arch": architecture, "distro": f"{vendor}-{release}" if release else ""}
    return Dependency(
        vendor=vendor,
        product=name,
        version=version,
        purl=package_url(f"apk/{vendor}" if vendor else "apk", name, version, qualifiers),
        confidence=1.0,
        linkage=Linkage.DIRECT,
        ecosystem=vendor.capitalize() + (f":v{release}" if release and vendor == "alpine" else ""),
        licence=package.get("L", ""),
        source_name=package.get("o") or name,
        source_version=version,
        evidence=(artefact.evidence(offset, f"{name} {version}"),),
    )
