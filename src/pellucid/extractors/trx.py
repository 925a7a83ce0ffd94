"""TRX images of Broadcom's routers, versions 1 and 2 (OpenWrt, tools "trx")."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.formats import trx as images
from pellucid.formats.identify import is_padding
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """The length that the header states; its version and offsets must be possible."""
    return images.read(data, start).length


@extractor(name="trx", version=1, signatures=(Signature(images.MAGIC),), measure=measure)
def trx(artefact: Artefact, output: Output) -> None:
    """Take the partitions out of a TRX: loader, kernel, root file system, in the order of their places.

    The header does not say what a partition is; a wrong checksum is a problem, not the end.
    """
    data = artefact.data
    header = images.read(data)
    output.fact("version", header.version)
    output.fact("flags", f"0x{header.flags:04x}")
    output.fact("checksum", f"0x{header.checksum:08x}")
    if header.length <= len(data) and not images.sound(data, header):
        output.problem(ProblemKind.MALFORMED, "the checksum of the image differs")
    for number, (at, size) in enumerate(header.partitions):
        output.part(f"partition-{number}", data, at, size, facts={"offset": f"0x{at:x}"})
    first = min(header.partitions[0][0], len(data)) if header.partitions else header.size
    if not is_padding(data, header.size, first):
        output.part("before-partitions.bin", data, header.size, first - header.size)
