"""ext2, ext3 and ext4 (kernel documentation, "ext4 Data Structures and Algorithms")."""

from uuid import UUID

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats.ext import inode, superblock
from pellucid.formats.ext.tree import ROOT, ExtTree
from pellucid.formats.span import Data

# The magic alone has two bytes: the state that follows it makes them four.
STATES = range(6)


def measure(data: Data, start: int) -> int:
    """All blocks of the file system, if its root is a folder."""
    found = superblock.read(data, start)
    if start == 0 and found.length <= len(data) and not _has_root(data, found):
        raise Malformed("the root of ext is no folder")
    return found.length


def _has_root(data: Data, found: superblock.Superblock) -> bool:
    return inode.read(data, found, ROOT).kind is EntryKind.DIRECTORY


@extractor(
    name="ext",
    version=2,
    signatures=tuple(Signature(superblock.MAGIC + bytes([state, 0]), at=superblock.MAGIC_AT) for state in STATES),
    measure=measure,
)
def ext(artefact: Artefact, output: Output) -> None:
    """Take an ext2, ext3 or ext4 apart: files with their holes, links, devices, with modes, owners and times.

    A journal that was not written back is not replayed: the result says so.
    """
    found = superblock.read(artefact.data)
    output.fact("version", found.version)
    output.fact("uuid", str(UUID(bytes=found.uuid)))
    output.fact("blockSize", found.block_size)
    output.fact("written", found.written)
    for name, text in (("label", found.label), ("mountedAt", found.mounted_at)):
        if text:
            output.fact(name, text)
    if found.incompatible & superblock.RECOVER:
        output.fact("journal", "not written back: the latest changes are missing")
    put(output, ExtTree(artefact.data, found).everything())
