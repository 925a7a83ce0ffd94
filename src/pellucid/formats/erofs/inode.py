"""Inodes of EROFS, compact (32 bytes) and extended (64 bytes), as one shape."""

from struct import Struct

from pellucid.errors import Malformed, Unsupported
from pellucid.formats import devices
from pellucid.formats.erofs.superblock import Superblock
from pellucid.formats.inode_tree import Node
from pellucid.formats.member import kind_of
from pellucid.formats.span import Data, unpack

PLAIN, FULL_INDEX, INLINE, COMPACT_INDEX, CHUNKS = range(5)
FORMAT = Struct("<H")
COMPACT = Struct("<4HI4xI4x2H4x")
EXTENDED = Struct("<3H2xQI4x2Iq4xI16x")
EXTENDED_BIT = 1
LAYOUT_SHIFT, LAYOUT_MASK = 1, 7
ATTRIBUTES_HEADER = 12
LARGEST = 1 << 62


class Inode(Node, frozen=True, kw_only=True):
    """`layout` says how its bytes are kept, `value` where: a block, a device or the shape of its chunks.

    `end` is the offset behind the inode and its extended attributes.
    """

    layout: int
    value: int
    end: int


def read(data: Data, superblock: Superblock, number: int) -> Inode:
    """The inode `number`, checked; raises Malformed."""
    at = superblock.inode_at(number)
    (form,) = unpack(FORMAT, data, at)
    layout = form >> LAYOUT_SHIFT & LAYOUT_MASK
    if layout > CHUNKS:
        raise Unsupported(f"the data layout {layout} of EROFS is not known")
    if form & EXTENDED_BIT:
        _, attributes, mode, size, value, uid, gid, mtime, links = unpack(EXTENDED, data, at)
        end = at + EXTENDED.size
    else:
        _, attributes, mode, links, size, value, uid, gid = unpack(COMPACT, data, at)
        mtime, end = superblock.time, at + COMPACT.size
    if attributes:
        end += ATTRIBUTES_HEADER + 4 * (attributes - 1)
    if size > LARGEST:
        raise Malformed("the size of a file is impossible")
    return Inode(
        kind=kind_of(mode),
        mode=mode & 0o7777,
        uid=uid,
        gid=gid,
        mtime=mtime,
        links=links,
        size=size,
        layout=layout,
        value=value,
        end=end,
        device=devices.wide(value),
    )
