"""QEMU's qcow2 disks (QEMU, docs/interop/qcow2.txt)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Encrypted, Unsupported
from pellucid.formats import qcow2 as disks
from pellucid.formats.span import Data
from pellucid.formats.virtual_disk import content


def measure(data: Data, start: int) -> int:
    """All that there is: clusters lie where they were needed."""
    disks.read(data[start:] if start else data)
    return len(data) - start


@extractor(name="qcow2", version=1, signatures=(Signature(disks.MAGIC),), measure=measure, carve=False)
def qcow2(artefact: Artefact, output: Output) -> None:
    """Take the raw disk out of a qcow2 image, up to the last cluster that is allocated.

    Snapshots are named, not unpacked. What lies in a backing file is missing, and is a problem.
    """
    disk = disks.read(artefact.data)
    output.fact("version", disk.version)
    output.fact("virtualSize", disk.size)
    output.fact("clusterSize", disk.cluster)
    for number, name in enumerate(disk.snapshots, 1):
        output.fact(f"snapshot{number}", name)
    if disk.encryption:
        raise Encrypted
    if disk.features & disks.EXTERNAL:
        raise Unsupported("its clusters lie in another file")
    if disk.backing:
        output.problem(ProblemKind.UNSUPPORTED, f"what it has not changed lies in another file: {disk.backing}")
    if disk.features & disks.CORRUPT:
        output.problem(ProblemKind.MALFORMED, "it is marked as corrupt")
    output.file("disk.img", content(disks.extents(artefact.data, disk), disk.size))
