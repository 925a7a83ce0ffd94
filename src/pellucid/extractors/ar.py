"""ar archives (no written standard; GNU and BSD long names): packages .deb and old .ipk (deb(5)), static libraries."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import ar as archives
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All members in a row."""
    return archives.length(data, start)


@extractor(
    name="ar",
    version=2,
    signatures=(Signature(archives.MAGIC), Signature(archives.THIN_MAGIC)),
    measure=measure,
)
def ar(artefact: Artefact, output: Output) -> None:
    """Take an ar apart: all members but the symbol tables of static libraries. A thin one only names other files."""
    put(output, archives.members(artefact.data))
