"""Files of compress(1), .Z (no written standard; the behaviour of ncompress 5.0)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put_stream
from pellucid.analysis.output import Output
from pellucid.formats import lzw as streams
from pellucid.formats.span import Data

# Codes of up to 10 to 16 bits, and a table that can be cleared, as every compress since 1985 has it.
SIGNATURES = tuple(
    Signature(streams.MAGIC + bytes([0x80 | bits])) for bits in range(streams.LEAST_BITS, streams.MOST_BITS + 1)
)


def measure(data: Data, start: int) -> int:
    """All that there is: the stream has no end. Its first piece must unpack."""
    next(streams.unpacked(data, start), b"")
    return len(data) - start


@extractor(
    name="compress",
    version=1,
    signatures=SIGNATURES,
    measure=measure,
    carve=False,
    suffix="Z",
)
def compress(artefact: Artefact, output: Output) -> None:
    """Unpack what compress(1) packed. It says neither name nor length, so padding behind it is unpacked, too."""
    bits, _ = streams.widest(artefact.data, 0)
    output.fact("bits", bits)
    put_stream(output, "content", streams.unpacked(artefact.data, 0))
