"""bzip2 streams (no written standard; as bzip2 1.0.8 writes them)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put_stream
from pellucid.analysis.output import Output
from pellucid.formats import bzip2 as streams
from pellucid.formats.span import Data
from pellucid.formats.streams import measured


def measure(data: Data, start: int) -> int:
    """Found by unpacking; blocks end at any bit."""
    return measured(streams.unpacked(data, start), data, start)


@extractor(
    name="bzip2",
    version=1,
    signatures=(Signature(streams.BLOCK, at=streams.HEADER_SIZE), Signature(streams.END, at=streams.HEADER_SIZE)),
    measure=measure,
    stream=True,
    suffix="bz2",
)
def bzip2(artefact: Artefact, output: Output) -> None:
    """Unpack bzip2, all streams as one."""
    put_stream(output, "content", streams.unpacked(artefact.data, 0))
