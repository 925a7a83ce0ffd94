"""Files of Portage's packages, from its database."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.domain.file_list import FileList
from pellucid.formats import portage

_contents = Selector(lambda artefact: portage.is_contents(artefact.data))


@analyzer(
    name="portage_files",
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("text") & _contents,
    most_facts=2,
    named=("db/pkg/*/*/CONTENTS",),
)
def portage_files(artefact: Artefact) -> Iterator[Fact]:
    """List the files of the package that the folder, CATEGORY/NAME-VERSION, is named after."""
    if paths := tuple(portage.contents(artefact.data)):
        yield FileList(manager="portage", package="", paths=paths)
