"""JFFS2 of either byte order (Linux, include/uapi/linux/jffs2.h)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats.jffs2 import nodes
from pellucid.formats.jffs2.image import Reader
from pellucid.formats.jffs2.tree import Jffs2
from pellucid.formats.span import Data

# So many clean markers may stand before the first file: what has more of them may as well begin further on.
MOST_EMPTY = 64


def measure(data: Data, start: int) -> int:
    """All nodes, up to the end of the last erase block; nodes that hold a file must be among the first."""
    log = nodes.Log(data, start)
    empty = True
    for number, node in enumerate(log):
        empty = empty and node.kind not in (nodes.DIRENT, nodes.INODE)
        if empty and number >= MOST_EMPTY:
            break
    if empty:
        raise Malformed("no node of JFFS2 holds a file")
    return log.end - start


@extractor(
    name="jffs2",
    version=1,
    signatures=tuple(
        Signature(head.pack(nodes.MAGIC, kind, 0, 0)[:4]) for head in nodes.HEADERS.values() for kind in nodes.KINDS
    ),
    measure=measure,
)
def jffs2(artefact: Artefact, output: Output) -> None:
    """Take a JFFS2 apart: of every name and range of bytes the latest version, nothing that was deleted.

    Compressors: zlib, rtime, lzo, rubinmips, dynrubin, and lzma as OpenWrt adds it. Nodes with a wrong checksum are
    left out and reported; extended attributes become facts of their files.
    """
    image = Reader(artefact.data).image()
    output.fact("byteOrder", "little endian" if image.order == "<" else "big endian")
    output.fact("nodes", image.nodes)
    output.fact("inodes", len(image.inodes))
    output.fact("summaries", image.summaries)
    if image.block:
        output.fact("eraseBlock", image.block)
    put(output, Jffs2(artefact.data, image).everything())
