"""Zstandard frames (RFC 8878)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put_stream
from pellucid.analysis.output import Output
from pellucid.formats import zstd as frames
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """From the headers of frames and blocks; the first piece must unpack."""
    return frames.length(data, start)


@extractor(
    name="zstd",
    version=1,
    signatures=(Signature(frames.MAGIC), Signature(frames.SKIPPABLE[0])),
    measure=measure,
    suffix="zst",
)
def zstd(artefact: Artefact, output: Output) -> None:
    """Unpack Zstandard, all frames as one; skippable frames give nothing."""
    put_stream(output, "content", frames.unpacked(artefact.data, 0))
