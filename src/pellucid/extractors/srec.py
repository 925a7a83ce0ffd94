"""Motorola S-records, text records for memories (Motorola, M68000 Family Programmer's Reference Manual, appendix C)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import srec as records
from pellucid.formats.span import Data

# Type and first digit of the length: a header, or data in usual lengths.
STARTS = (b"S00", b"S01", b"S02", b"S03", b"S11", b"S12", b"S21", b"S22", b"S31", b"S32")


def measure(data: Data, start: int) -> int:
    """To the record of termination; the first lines must be records with right checksums."""
    return records.length(data, start)


@extractor(
    name="srec",
    version=1,
    signatures=tuple(Signature(start) for start in STARTS),
    measure=measure,
    carve=False,
)
def srec(artefact: Artefact, output: Output) -> None:
    """Turn S-records into the bytes that they load: one file for each region without a gap, named by its address."""
    image = records.read(artefact.data)
    for name, value in image.facts():
        output.fact(name, value)
    put(output, image.members())
