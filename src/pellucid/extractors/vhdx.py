"""Virtual hard disks of Hyper-V (Microsoft, [MS-VHDX])."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.formats import vhdx as disks
from pellucid.formats.span import Data
from pellucid.formats.virtual_disk import content, stored


def measure(data: Data, start: int) -> int:
    """All that there is: blocks lie where they were needed."""
    disks.read(data[start:] if start else data)
    return len(data) - start


@extractor(name="vhdx", version=1, signatures=(Signature(disks.MAGIC),), measure=measure, carve=False)
def vhdx(artefact: Artefact, output: Output) -> None:
    """Take the raw disk out of a VHDX, up to the last block that is allocated.

    A log that was not written back, and what lies in a parent, are problems.
    """
    disk = disks.read(artefact.data)
    output.fact("creator", disk.creator)
    output.fact("diskGuid", disk.guid)
    output.fact("virtualSize", disk.size)
    output.fact("blockSize", disk.block)
    output.fact("sectorSize", disk.sector)
    if disk.dirty:
        output.problem(ProblemKind.UNSUPPORTED, "it was not closed: the last writes are in its log, which is not read")
    if disk.has_parent:
        output.problem(ProblemKind.UNSUPPORTED, "what it has not changed lies in another file")
    blocks = disks.blocks(artefact.data, disk)
    output.file("disk.img", content(stored(artefact.data, blocks), disk.size))
