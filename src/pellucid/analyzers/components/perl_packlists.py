"""Files of Perl distributions, from the .packlist that installers leave (ExtUtils::Packlist)."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.domain.file_list import FileList
from pellucid.formats.indented_text import lines

MOST_PATHS = 200_000

# The lists of dpkg begin with the root.
_begins = kind("text") & Selector(lambda artefact: artefact.window(0, 1) == b"/" and artefact.window(1, 2) != b".\n")


@analyzer(name="perl_packlists", version=1, stage=Stage.COMPONENTS, wants=_begins, named=(".packlist",))
def perl_packlists(artefact: Artefact) -> Iterator[Fact]:
    """List the files that a Perl distribution has brought. Whose they are, the folder of the list tells."""
    paths: list[str] = []
    for line in lines(artefact.data):
        if not line.text.startswith("/") or len(paths) >= MOST_PATHS:
            return
        paths.append(line.text.partition(" type=")[0])
    if paths:
        yield FileList(manager="packlist", package="", paths=tuple(paths))
