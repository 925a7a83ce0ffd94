"""VirtualBox's virtual disks (VirtualBox, src/VBox/Storage/VDICore.h)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.formats import vdi as disks
from pellucid.formats.span import Data
from pellucid.formats.virtual_disk import content, stored


def measure(data: Data, start: int) -> int:
    """All that there is: blocks lie where they were needed."""
    disks.read(data[start:] if start else data)
    return len(data) - start


@extractor(
    name="vdi",
    version=1,
    signatures=(Signature(disks.MAGIC, at=disks.MAGIC_AT),),
    measure=measure,
    carve=False,
)
def vdi(artefact: Artefact, output: Output) -> None:
    """Take the raw disk out of a VDI image, up to the last block that is allocated."""
    disk = disks.read(artefact.data)
    output.fact("type", disk.type_name)
    output.fact("diskGuid", disk.guid)
    output.fact("virtualSize", disk.size)
    output.fact("blockSize", disk.block)
    if disk.parent or disk.type not in (disks.DYNAMIC, disks.FIXED):
        output.problem(ProblemKind.UNSUPPORTED, f"what it has not changed lies in another file, disk {disk.parent}")
    blocks = disks.blocks(artefact.data, disk)
    output.file("disk.img", content(stored(artefact.data, blocks), disk.size))
