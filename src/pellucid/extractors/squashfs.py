"""Squashfs 1 to 4 (kernel documentation, "Squashfs 4.0 Filesystem"), either byte order, vendors' magic words."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats.squashfs import superblock
from pellucid.formats.squashfs.tree import Tree


@extractor(
    name="squashfs",
    version=2,
    signatures=tuple(Signature(magic) for magic in superblock.MAGICS),
    measure=superblock.length,
)
def squashfs(artefact: Artefact, output: Output) -> None:
    """Take a squashfs apart: files, links, devices, with modes, owners and times.

    Compressors: gzip, lzma, lzo, xz, lz4, zstd, and vendors' ways to store LZMA.
    """
    found = superblock.read(artefact.data)
    output.fact("version", f"{found.version}.{found.minor}")
    output.fact("blockSize", found.block_size)
    output.fact("created", found.time)
    output.fact("inodes", found.inodes)
    output.fact("byteOrder", "little endian" if found.order == "<" else "big endian")
    if found.magic not in (superblock.LITTLE, superblock.BIG):
        output.fact("magic", found.magic.decode("latin-1"))
    tree = Tree(artefact.data, found)
    output.fact("compressor", tree.compressor)
    put(output, tree.members(tree.root))
