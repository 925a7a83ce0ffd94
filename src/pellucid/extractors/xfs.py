"""XFS, versions 4 and 5 (kernel documentation, "XFS Filesystem Disk Structures", 3rd edition)."""

from uuid import UUID

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats.span import Data
from pellucid.formats.xfs import superblock
from pellucid.formats.xfs.tree import XfsTree


def measure(data: Data, start: int) -> int:
    """All blocks of the file system, if its root is a folder."""
    found = superblock.read(data, start)
    if start == 0 and found.length <= len(data) and _root(data, found) is not EntryKind.DIRECTORY:
        raise Malformed("the root of XFS is no folder")
    return found.length


def _root(data: Data, found: superblock.Superblock) -> EntryKind:
    return XfsTree(data, found).node(found.root).kind


@extractor(name="xfs", version=1, signatures=(Signature(superblock.MAGIC),), measure=measure)
def xfs(artefact: Artefact, output: Output) -> None:
    """Take an XFS apart: files with their holes, links, devices, with modes, owners and times.

    The journal is not replayed; files of a realtime section are named, and a problem says that they are not read.
    """
    found = superblock.read(artefact.data)
    output.fact("version", found.version)
    output.fact("uuid", str(UUID(bytes=found.uuid)))
    output.fact("blockSize", found.block_size)
    if found.label:
        output.fact("label", found.label)
    if found.external_log:
        output.fact("journal", "on another device")
    if found.needs_repair:
        output.fact("state", "needs repair")
    put(output, XfsTree(artefact.data, found).members(found.root))
