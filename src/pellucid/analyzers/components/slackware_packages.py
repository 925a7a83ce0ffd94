"""Packages of Slackware and what is made of it, from what its tools keep of each."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.file_list import FileList
from pellucid.formats import slackware
from pellucid.formats.purl import package_url

FIRST = b"PACKAGE NAME:"

_begins = Selector(lambda artefact: artefact.data[: len(FIRST)] == FIRST)


@analyzer(
    name="slackware_packages",
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("text") & _begins,
    most_facts=3,
    named=("log/packages/*", "pkgtools/packages/*"),
)
def slackware_packages(artefact: Artefact) -> Iterator[Fact]:
    """Name the package of a file in /var/log/packages, and its files. Packages that were removed lie elsewhere."""
    found = slackware.full_name(artefact.data)
    if found is None:
        return
    name, version, architecture, build = found
    yield Dependency(
        vendor="slackware",
        product=name,
        version=f"{version}-{build}",
        purl=package_url("generic/slackware", name, f"{version}-{build}", {"arch": architecture}),
        confidence=1.0,
        linkage=Linkage.DIRECT,
        source_name=name,
        source_version=f"{version}-{build}",
        release=build,
        evidence=(artefact.evidence(0, "-".join(found)),),
    )
    if paths := tuple(slackware.files(artefact.data)):
        yield FileList(manager="slackware", package=name, paths=paths)
