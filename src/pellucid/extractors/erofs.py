"""EROFS (kernel documentation, "EROFS - Enhanced Read-Only File System")."""

from uuid import UUID

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats.erofs import superblock
from pellucid.formats.erofs.tree import Tree
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All blocks of the file system."""
    return superblock.read(data, start).length


@extractor(
    name="erofs",
    version=1,
    signatures=(Signature(superblock.MAGIC, at=superblock.AT),),
    measure=measure,
)
def erofs(artefact: Artefact, output: Output) -> None:
    """Take an EROFS apart: plain, inline, chunked and compressed files (LZ4, LZMA, deflate, Zstandard), fragments.

    Files whose bytes are kept on another device are reported as unsupported, as are images of more than 2^32 blocks.
    """
    found = superblock.read(artefact.data)
    superblock.check_features(found)
    output.fact("blockSize", found.block_size)
    output.fact("created", found.time)
    output.fact("inodes", found.inodes)
    output.fact("uuid", str(UUID(bytes=found.uuid)))
    if found.label:
        output.fact("label", found.label.decode("utf-8", "backslashreplace"))
    if found.devices:
        output.fact("otherDevices", found.devices)
    put(output, Tree(artefact.data, found).members(found.root))
