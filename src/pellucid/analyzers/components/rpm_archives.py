"""RPM packages, from the header of each."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.analyzers.rpm_dependencies import dependency_of, release_of
from pellucid.errors import Malformed
from pellucid.formats import rpm_database
from pellucid.formats.rpm import header as packages

_package = Selector(lambda artefact: artefact.data[:4] == packages.LEAD_MAGIC)


@analyzer(name="rpm_archives", version=1, stage=Stage.COMPONENTS, wants=_package, most_facts=1)
def rpm_archives(artefact: Artefact) -> Iterator[Fact]:
    """Name the package in an RPM file. Source packages are not software that runs; needs are capabilities, left out.

    What is wrong with a file is said where it is unpacked.
    """
    try:
        found = packages.read(artefact.data)
        if found.source:
            return
        item = rpm_database.described(found.header, found.header.position(rpm_database.NAME))
    except Malformed:
        return
    yield dependency_of(artefact, item, release_of([item]))
