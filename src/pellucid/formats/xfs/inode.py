"""Inodes of XFS, versions 1 to 3, with 64-bit times and large extent counters."""

from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats.inode_tree import Node
from pellucid.formats.member import kind_of
from pellucid.formats.span import Data, take
from pellucid.formats.xfs.superblock import Superblock

#                  mode,version,format,onlink,uid,gid,nlink, many extents, mtime, size, extents, forkoff, flags, flags2
LAYOUT = Struct(">2sH B B H I I I 4x Q 8x q 8x Q 12x I 2x B x 6x H")
FLAGS2_AT = 120
MAGIC = b"IN"
DEVICE, LOCAL, EXTENTS, BTREE = range(4)
REALTIME = 0x1
WIDE_TIME, MANY_EXTENTS = 0x8, 0x10
FORK_AT = {1: 100, 2: 100, 3: 176}
EARLIEST = 1 << 31


class Inode(Node, frozen=True, kw_only=True):
    """`fork` is the area with small content, extents or the root of their tree, as `format` says."""

    number: int
    format: int
    extents: int
    realtime: bool
    fork: bytes


def read(data: Data, superblock: Superblock, number: int) -> Inode:
    """Inode `number`."""
    raw = take(data, superblock.inode_at(number), superblock.inode_size)
    magic, mode, version, form, old_links, uid, gid, links, many, time, size, few, fork, flags = LAYOUT.unpack_from(raw)
    if magic != MAGIC or version not in FORK_AT or not mode:
        raise Malformed(f"there is no inode {number}")
    more = int.from_bytes(raw[FLAGS2_AT : FLAGS2_AT + 8], "big") if version == 3 else 0
    at = FORK_AT[version]
    end = min(at + fork * 8, len(raw)) if fork else len(raw)
    device = int.from_bytes(raw[at : at + 4], "big")
    return Inode(
        kind=kind_of(mode),
        size=size,
        mode=mode & 0o7777,
        uid=uid,
        gid=gid,
        mtime=(time & (1 << 64) - 1) // 1_000_000_000 - EARLIEST if more & WIDE_TIME else time >> 32,
        links=old_links if version == 1 else links,
        number=number,
        format=form,
        extents=many if more & MANY_EXTENTS else few,
        realtime=bool(flags & REALTIME),
        fork=raw[at:end],
        device=(device >> 18, device & 0x3FFFF),
    )
