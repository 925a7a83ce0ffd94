"""lzop files (no written standard): LZO blocks behind a header with name, mode and time."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import lzop as files
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All members in a row, by the headers of their blocks."""
    return files.length(data, start)


@extractor(
    name="lzop",
    version=1,
    signatures=(Signature(files.MAGIC),),
    measure=measure,
    suffix="lzo",
)
def lzop(artefact: Artefact, output: Output) -> None:
    """Unpack lzop: every member is a file of its own; the checksums of all blocks are verified."""
    first = files.header(artefact.data, 0)
    output.fact("method", first.method)
    output.fact("level", first.level)
    put(output, files.members(artefact.data))
