"""Packages of NetBSD, OpenBSD and older FreeBSD, from the packing list that is kept of each."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.file_list import FileList
from pellucid.formats import packing_list
from pellucid.formats.purl import package_url

_list = Selector(lambda artefact: packing_list.is_packing_list(artefact.data))


@analyzer(
    name="bsd_packages",
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("text") & _list,
    most_facts=2,
    named=("+CONTENTS",),
)
def bsd_packages(artefact: Artefact) -> Iterator[Fact]:
    """Name the package of a +CONTENTS and its files."""
    found = packing_list.read(artefact.data)
    if found is None:
        return
    place = f"bsd/{found.system}" if found.system else "bsd"
    yield Dependency(
        vendor=found.system,
        product=found.name,
        version=found.version,
        purl=package_url(place, found.name, found.version),
        confidence=1.0,
        linkage=Linkage.DIRECT,
        source_name=found.name,
        source_version=found.version,
        requires=tuple(dict.fromkeys(found.needs)),
        evidence=(
            artefact.evidence(
                artefact.window(0, packing_list.HEAD).find(b"@name "), f"@name {found.name}-{found.version}"
            ),
        ),
    )
    if found.paths:
        yield FileList(manager="pkg", package=found.name, paths=tuple(found.paths))
