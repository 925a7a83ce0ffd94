"""LZMA streams with the 13-byte header of lzma-utils ("The .lzma File Format")."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put_stream
from pellucid.analysis.output import Output
from pellucid.formats import lzma_alone
from pellucid.formats.span import Data
from pellucid.formats.streams import measured

# Properties that encoders for kernels and firmware use (lc=3 lp=0 pb=2; lc=1 lp=2 pb=2), each with the usual
# dictionaries of 64 KiB to 64 MiB: five bytes instead of one, and hits by chance become rare.
PROPERTIES = (0x5D, 0x6D)
STARTS = tuple(bytes([first]) + (1 << power).to_bytes(4, "little") for first in PROPERTIES for power in range(16, 27))
LEAST_OUTPUT = 1024


def measure(data: Data, start: int) -> int:
    """Found by unpacking. There is no checksum, so little output is not believed."""
    return measured(lzma_alone.unpacked(data, start), data, start, least=LEAST_OUTPUT)


@extractor(
    name="lzma",
    version=1,
    signatures=tuple(Signature(start) for start in STARTS),
    measure=measure,
    stream=True,
)
def lzma(artefact: Artefact, output: Output) -> None:
    """Unpack LZMA as old archives, kernels and boot loaders have it."""
    put_stream(output, "content", lzma_alone.unpacked(artefact.data, 0))
