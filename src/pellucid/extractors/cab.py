"""Cabinet files (MS-CAB)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats import cab as cabinets
from pellucid.formats import libarchive
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """As the header states it."""
    return cabinets.read(data, start).length


@extractor(
    name="cab",
    version=1,
    signatures=(Signature(cabinets.MAGIC),),
    measure=measure,
)
def cab(artefact: Artefact, output: Output) -> None:
    """Take a cabinet apart: stored and MSZIP, and LZX by libarchive. It knows no owners; times are taken as UTC.

    Files that lie partly in another cabinet of a set are counted and reported, and so is Quantum.
    """
    found = cabinets.read(artefact.data)
    output.fact("version", found.version)
    output.fact("methods", ", ".join(sorted(cabinets.METHODS.get(method, str(method)) for method in found.methods)))
    if found.neighbours:
        output.fact("numberInSet", found.number)
    for name, neighbour in found.neighbours.items():
        output.fact(name, neighbour)
    if cabinets.LZX in found.methods:
        put(output, libarchive.members(artefact.data, "cab", modes=False))
    else:
        put(output, cabinets.members(artefact.data, found))
