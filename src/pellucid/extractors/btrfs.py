"""btrfs on one device (btrfs documentation, "On-disk Format")."""

from uuid import UUID

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats.btrfs import superblock
from pellucid.formats.btrfs.tree import FIRST_INODE, MAIN_VOLUME, BtrfsTree
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All bytes of the device."""
    return superblock.read(data, start).size


@extractor(
    name="btrfs",
    version=1,
    signatures=(Signature(superblock.MAGIC, at=superblock.MAGIC_AT),),
    measure=measure,
)
def btrfs(artefact: Artefact, output: Output) -> None:
    """Take a btrfs apart, all subvolumes and snapshots under their names, with modes, owners and times.

    Copies on one device and mirrors are read; what is striped over several devices is named, not read.
    """
    found = superblock.read(artefact.data)
    output.fact("uuid", str(UUID(bytes=found.uuid)))
    output.fact("nodeSize", found.node)
    output.fact("generation", found.generation)
    if found.label:
        output.fact("label", found.label)
    if found.devices > 1:
        output.fact("devices", found.devices)
    if found.log_root:
        output.fact("journal", "not written back: the latest changes are missing")
    put(output, BtrfsTree(artefact.data, found).members((MAIN_VOLUME, FIRST_INODE)))
