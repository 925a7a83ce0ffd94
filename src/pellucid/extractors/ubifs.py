"""UBIFS, as it stands in a volume of UBI (Linux, fs/ubifs/ubifs-media.h)."""

from uuid import UUID

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats.span import Data
from pellucid.formats.ubifs import nodes
from pellucid.formats.ubifs.tree import Ubifs


def measure(data: Data, start: int) -> int:
    """All logical blocks that the superblock counts, as far as they are there: those at the end may be unwritten."""
    return min(nodes.superblock(data, start).length, len(data) - start)


@extractor(name="ubifs", version=1, signatures=(Signature(nodes.MAGIC),), measure=measure)
def ubifs(artefact: Artefact, output: Output) -> None:
    """Take a UBIFS apart as its index and its journal leave it; extended attributes become facts of their files.

    Compressors: lzo, zlib, zstd. Where the index is damaged, nodes are searched for and the latest of each counts.
    """
    volume = nodes.superblock(artefact.data)
    output.fact("compressor", nodes.COMPRESSORS.get(volume.compressor, str(volume.compressor)))
    output.fact("formatVersion", volume.version)
    output.fact("logicalBlock", volume.block)
    output.fact("logicalBlocks", volume.blocks)
    output.fact("mostLogicalBlocks", volume.most_blocks)
    output.fact("minimalUnit", volume.unit)
    output.fact("uuid", str(UUID(bytes=volume.uuid)))
    output.fact("encrypted", "yes" if volume.flags & nodes.ENCRYPTED else "no")
    output.fact("authenticated", "yes" if volume.flags & nodes.AUTHENTICATED else "no")
    tree = Ubifs(artefact.data, volume)
    output.fact("replayedNodes", tree.replay.replayed)
    put(output, tree.everything())
