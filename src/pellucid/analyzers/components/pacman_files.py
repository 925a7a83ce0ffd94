"""Files of pacman's packages, from its local database."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.domain.file_list import FileList
from pellucid.formats.percent_sections import sections

FILES = b"%FILES%\n"

_begins = Selector(lambda artefact: artefact.data[: len(FILES)] == FILES)


@analyzer(
    name="pacman_files",
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("text") & _begins,
    most_facts=2,
    named=("local/*/files",),
)
def pacman_files(artefact: Artefact) -> Iterator[Fact]:
    """List the files of the package that the folder, local/NAME-VERSION-RELEASE, is named after."""
    paths = tuple(path for path in sections(artefact.data).get("FILES", ()) if not path.endswith("/"))
    if paths:
        yield FileList(manager="pacman", package="", paths=paths)
