"""Packages of FreeBSD and what is made of it, from the database of pkg."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.file_list import FileList
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import freebsd_packages as database
from pellucid.formats.freebsd_packages import Port
from pellucid.formats.licence_names import spdx_expression
from pellucid.formats.owned_paths import Room
from pellucid.formats.purl import package_url

NAME = "freebsd_packages"


@analyzer(
    name=NAME,
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("sqlite") & contains(database.MARK),
    most_facts=100_000,
    named=("local.sqlite",),
)
def freebsd_packages(artefact: Artefact) -> Iterator[Fact]:
    """List the packages that pkg has installed and their files; other databases of pkg are of what could be."""
    room = Room()
    try:
        ports = list(database.ports(artefact.data, room))
    except Malformed as error:
        yield Problem(unit=NAME, kind=ProblemKind.MALFORMED, message=error.message)
        return
    for port in ports:
        yield _dependency(artefact, port)
    for port in ports:
        if port.paths:
            yield FileList(manager="pkg", package=port.name, paths=port.paths)
    if room.full:
        yield Problem(unit=NAME, kind=ProblemKind.BUDGET, message="the names of the files are too long: not all read")


def _dependency(artefact: Artefact, port: Port) -> Dependency:
    system, _, rest = port.abi.partition(":")
    release, _, architecture = rest.partition(":")
    plain, comma, epoch = port.version.partition(",")
    _, underscore, revision = plain.rpartition("_")
    qualifiers = {"arch": architecture, "distro": release, "epoch": epoch}
    return Dependency(
        vendor="freebsd",
        product=port.name,
        version=port.version,
        purl=package_url("bsd/freebsd", port.name, plain, qualifiers),
        confidence=1.0,
        linkage=Linkage.DIRECT,
        ecosystem="FreeBSD:ports",
        licence=_licence(port),
        source_name=port.name,
        source_version=port.version,
        epoch=epoch if comma else "",
        release=revision if underscore else "",
        distro=f"{system.lower()}-{release}" if release else "",
        requires=port.needs,
        evidence=(artefact.evidence(port.offset, f"{port.name} {port.version}"),),
    )


def _licence(port: Port) -> str:
    stated = [spdx_expression(name) for name in port.licences]
    if len(port.licences) == 1:
        return stated[0] or port.licences[0]
    return port.logic.join(stated) if port.logic and all(stated) else ""
