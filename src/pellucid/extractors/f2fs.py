"""F2FS, the file system for flash memory (Linux, Documentation/filesystems/f2fs.rst)."""

from uuid import UUID

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats.f2fs import superblock
from pellucid.formats.f2fs.table import UNMOUNTED
from pellucid.formats.f2fs.tree import F2fsTree
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """All blocks of the file system."""
    return superblock.read(data, start).length


@extractor(
    name="f2fs",
    version=1,
    signatures=(Signature(superblock.MAGIC, at=superblock.AT),),
    measure=measure,
)
def f2fs(artefact: Artefact, output: Output) -> None:
    """Take an F2FS apart as its latest checkpoint has it: files, also compressed, links, devices, owners, times.

    What was synchronised after that checkpoint is not replayed: the result says so.
    """
    found = superblock.read(artefact.data)
    output.fact("uuid", str(UUID(bytes=found.uuid)))
    output.fact("blockSize", found.block)
    if found.label:
        output.fact("label", found.label)
    tree = F2fsTree(artefact.data, found)
    output.fact("checkpoint", tree.table.checkpoint.version)
    if not tree.table.checkpoint.flags & UNMOUNTED:
        output.fact("journal", "not unmounted: what was synchronised last may be missing")
    put(output, tree.members(found.root))
