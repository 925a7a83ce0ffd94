"""Files of the packages of opkg and its predecessor ipkg, from the lists that it keeps beside its database."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.domain.file_list import FileList
from pellucid.formats import owned_paths

_listed = Selector(lambda artefact: owned_paths.is_list(artefact.data))


@analyzer(
    name="opkg_files",
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("text") & _listed,
    most_facts=2,
    named=("opkg/info/*.list", "ipkg/info/*.list"),
)
def opkg_files(artefact: Artefact) -> Iterator[Fact]:
    """List the files of the package that info/NAME.list is named after."""
    if paths := owned_paths.listed(artefact.data):
        yield FileList(manager="opkg", package="", paths=paths)
