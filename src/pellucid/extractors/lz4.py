"""LZ4 frames (LZ4 Frame Format 1.6.4) and the legacy frames in which kernels are kept."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put_stream
from pellucid.analysis.output import Output
from pellucid.formats import lz4 as frames
from pellucid.formats.span import Data
from pellucid.formats.streams import measured


def measure(data: Data, start: int) -> int:
    """Found by unpacking: legacy frames have no end mark."""
    return measured(frames.unpacked(data, start), data, start)


@extractor(
    name="lz4",
    version=1,
    signatures=(Signature(frames.MAGIC), Signature(frames.LEGACY)),
    measure=measure,
    stream=True,
)
def lz4(artefact: Artefact, output: Output) -> None:
    """Unpack LZ4, all frames as one."""
    put_stream(output, "content", frames.unpacked(artefact.data, 0))
