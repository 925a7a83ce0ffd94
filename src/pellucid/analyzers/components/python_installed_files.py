"""Files of Python packages that are installed as eggs, from installed-files.txt (setuptools)."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import plain
from pellucid.domain.file_list import FileList
from pellucid.formats.indented_text import lines

MOST_PATHS = 200_000


@analyzer(
    name="python_installed_files",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(b"PKG-INFO\n", b"PKG-INFO\r") & plain,
    named=("*.egg-info/installed-files.txt",),
)
def python_installed_files(artefact: Artefact) -> Iterator[Fact]:
    """List the files that an egg has brought, relative to the folder that its *.egg-info lies in.

    The list speaks of files inside *.egg-info by their name alone; they are left out. Whose list it is, the name of
    that folder tells.
    """
    paths = [line.text.removeprefix("../") for line in lines(artefact.data) if line.text.startswith("../")]
    if paths:
        yield FileList(manager="wheel", package="", paths=tuple(paths[:MOST_PATHS]))
