"""Files of Debian's packages, from the lists that dpkg keeps beside its database."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.domain.file_list import FileList
from pellucid.formats import owned_paths

_listed = Selector(lambda artefact: owned_paths.is_list(artefact.data) or owned_paths.is_checksums(artefact.data))


@analyzer(
    name="dpkg_files",
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("text") & _listed,
    most_facts=2,
    named=(
        "dpkg/info/*.list",
        "dpkg/info/*.md5sums",
        "dpkg/status.d/*.md5sums",
    ),
)
def dpkg_files(artefact: Artefact) -> Iterator[Fact]:
    """List the files of the package that info/NAME.list, info/NAME.md5sums or status.d/NAME.md5sums is named after."""
    read = owned_paths.listed if owned_paths.is_list(artefact.data) else owned_paths.summed
    if paths := read(artefact.data):
        yield FileList(manager="dpkg", package="", paths=paths)
