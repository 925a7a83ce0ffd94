"""Intel HEX, text records for memories (Intel, "Hexadecimal Object File Format Specification", 1988)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import intel_hex as records
from pellucid.formats.span import Data

# The length of the first record, which may be any.
STARTS = sorted({form % size for size in range(1, 256) for form in (b":%02X", b":%02x")})


def measure(data: Data, start: int) -> int:
    """To the last end record; the first lines must be records with right checksums."""
    return records.length(data, start)


@extractor(
    name="intel_hex",
    version=1,
    signatures=tuple(Signature(start) for start in STARTS),
    measure=measure,
    carve=False,
    suffix="hex",
)
def intel_hex(artefact: Artefact, output: Output) -> None:
    """Turn Intel HEX into the bytes that it loads: one file for each region without a gap, named by its address."""
    image = records.read(artefact.data)
    for name, value in image.facts():
        output.fact(name, value)
    put(output, image.members())
