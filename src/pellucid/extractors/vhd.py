"""Virtual hard disks of Virtual PC (Microsoft, "Virtual Hard Disk Image Format Specification", 1.0).

A fixed one is a raw disk with 512 bytes behind it: it is read as that disk.
"""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.formats import vhd as disks
from pellucid.formats.span import Data
from pellucid.formats.virtual_disk import content, stored


def measure(data: Data, start: int) -> int:
    """All that there is: blocks lie where they were needed."""
    disks.read(data[start:] if start else data)
    return len(data) - start


@extractor(name="vhd", version=1, signatures=(Signature(disks.MAGIC),), measure=measure, carve=False)
def vhd(artefact: Artefact, output: Output) -> None:
    """Take the raw disk out of a growing VHD, up to the last block that is allocated.

    What a differencing disk has not changed lies in its parent: that is a problem.
    """
    disk = disks.read(artefact.data)
    output.fact("diskGuid", disk.guid)
    output.fact("creator", disk.creator)
    output.fact("created", disk.time)
    output.fact("virtualSize", disk.size)
    output.fact("blockSize", disk.block)
    if disk.type == disks.DIFFERENCING:
        output.problem(ProblemKind.UNSUPPORTED, f"what it has not changed lies in another file: {disk.parent}")
    blocks = disks.blocks(artefact.data, disk)
    output.file("disk.img", content(stored(artefact.data, blocks), disk.size))
