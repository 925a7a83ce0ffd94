"""cpio archives of 16-bit words (cpio(5), "Old Binary Format"), in either byte order."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import cpio as archives
from pellucid.formats.span import Data

MAGICS = (archives.BINARY_LITTLE, archives.BINARY_BIG)


def measure(data: Data, start: int) -> int:
    """All entries up to the trailer; there must be two at least."""
    first = archives.record(data, start)
    archives.record(data, first.next_at)
    return archives.length(data, start)


@extractor(
    name="cpio_binary",
    version=1,
    signatures=tuple(Signature(magic) for magic in MAGICS),
    measure=measure,
    carve=False,
    suffix="cpio",
)
def cpio_binary(artefact: Artefact, output: Output) -> None:
    """Take an old binary cpio apart. Its magic is too short to be looked for inside other bytes."""
    put(output, archives.members(artefact.data))
