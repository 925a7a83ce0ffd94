"""Packages of Alpine Linux and others that use apk, from its installed database or a package's own .PKGINFO."""

import re
from collections.abc import Iterator, Sequence

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.analyzers.apk_dependencies import dependency_of
from pellucid.domain.file_list import FileList
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.formats import package_database, package_needs
from pellucid.formats.distributions import Release, by_release_package
from pellucid.formats.owned_paths import Room
from pellucid.formats.package_database import Paragraph

NAME = "apk_packages"
CHECKSUM = (b"C:Q1", b"C:Q2")
PKGINFO = b"pkgname = "
MINOR = re.compile(r"\d+\.\d+")
LONGEST_NAME = 256

_text = Selector(lambda artefact: artefact.kind not in ("elf", "pe", "png"))


@analyzer(name=NAME, version=2, stage=Stage.COMPONENTS, wants=contains(*CHECKSUM, PKGINFO) & _text, most_facts=100_000)
def apk_packages(artefact: Artefact) -> Iterator[Fact]:
    """List the packages that apk says are installed and their files, with the origin that advisories speak of.

    An index of what could be installed has the same fields, but no list of files (F:), and gives nothing. The
    distribution and its release come from the package that stands for it (alpine-release), or from alpine-base before
    there was one; OpenWrt's packages have no such package and no ecosystem.
    """
    if artefact.offsets(PKGINFO):
        fields = package_database.assignments(artefact.data)
        if all(fields.get(name) for name in ("pkgname", "pkgver", "arch")) and fields.keys() & {"origin", "datahash"}:
            package = {"P": fields["pkgname"], "V": fields["pkgver"], "A": fields["arch"]}
            package |= {"L": fields.get("license", ""), "o": fields.get("origin", "")}
            yield dependency_of(artefact, artefact.offsets(PKGINFO)[0], package)
        return
    if artefact.data.find(b"\nF:") < 0:
        return
    packages = [item for item in package_database.apk(artefact.data) if _is_package(item)]
    release = _release(packages)
    providers = package_needs.providers((item["P"], package_needs.capabilities(item["p"])) for item in packages)
    for item in packages:
        # A library or command (so:, cmd:) that nobody provides is not the name of a package.
        needs = [(name,) for name in package_needs.capabilities(item["D"]) if name in providers or ":" not in name]
        requires = package_needs.resolved(needs, providers, name=item["P"])
        yield dependency_of(artefact, item.offset, item.fields, release, requires)
    yield from _files(artefact, packages)


def _files(artefact: Artefact, packages: Sequence[Paragraph]) -> Iterator[Fact]:
    room = Room()
    for item in packages:
        if paths := room.take(package_database.apk_files(artefact.data, item)):
            yield FileList(manager="apk", package=item["P"], paths=paths)
    if room.full:
        yield Problem(unit=NAME, kind=ProblemKind.BUDGET, message="the names of the files are too long: not all read")


def _is_package(item: Paragraph) -> bool:
    return 0 < len(item["P"]) <= LONGEST_NAME and 0 < len(item["V"]) <= LONGEST_NAME


def _release(packages: Sequence[Paragraph]) -> Release | None:
    found = by_release_package({item["P"]: item["V"] for item in packages})
    minor = MINOR.match(found.version) if found else None
    return Release(distribution=found.distribution, version=minor[0]) if found and minor else found
