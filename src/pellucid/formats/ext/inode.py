"""Inodes of ext2/3/4, and the data that small files keep inside them."""

from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats import devices
from pellucid.formats.ext.superblock import Superblock, inode_at
from pellucid.formats.inode_tree import Node
from pellucid.formats.member import kind_of
from pellucid.formats.span import Data, take

LAYOUT = Struct("<2H I 4x4x I 4x 2H I I 4x 60s 4x4x I 4x 4x 2H 4x")
BLOCKS_AT, BLOCKS_SIZE = 0x28, 60
EXTENTS, INLINE, ENCRYPTED = 0x80000, 0x10000000, 0x800
ATTRIBUTES_MAGIC = b"\x00\x00\x02\xea"
ATTRIBUTE = Struct("<2BH3I")
SYSTEM_NAMESPACE = 7
MOST_ATTRIBUTES = 256


class Inode(Node, frozen=True, kw_only=True):
    """`blocks` is the area with block numbers, extents, a short link's target or the first bytes of a small file."""

    flags: int
    blocks: bytes
    raw: bytes


def read(data: Data, superblock: Superblock, number: int) -> Inode:
    """Inode `number`."""
    raw = take(data, inode_at(data, superblock, number), superblock.inode_size)
    mode, uid, low, mtime, gid, links, _, flags, blocks, high, uid_high, gid_high = LAYOUT.unpack_from(raw)
    return Inode(
        kind=kind_of(mode),
        mode=mode & 0o7777,
        uid=uid | uid_high << 16,
        gid=gid | gid_high << 16,
        size=low | high << 32,
        mtime=mtime,
        links=links,
        device=devices.either(blocks),
        flags=flags,
        blocks=blocks,
        raw=raw,
    )


def inline_parts(inode: Inode) -> tuple[bytes, bytes]:
    """What is kept in the area of block numbers, and the rest in the attribute "system.data"."""
    return inode.blocks[: inode.size], _attribute(inode.raw)[: max(inode.size - BLOCKS_SIZE, 0)]


def _attribute(raw: bytes) -> bytes:
    extra = int.from_bytes(raw[0x80:0x82], "little")
    at = 0x80 + extra
    if len(raw) <= 128 or raw[at : at + 4] != ATTRIBUTES_MAGIC:
        return b""
    first = at = at + 4
    for _ in range(MOST_ATTRIBUTES):
        if at + ATTRIBUTE.size > len(raw) or not any(raw[at : at + 4]):
            return b""
        name_size, namespace, value_at, _, size, _ = ATTRIBUTE.unpack_from(raw, at)
        name = raw[at + ATTRIBUTE.size : at + ATTRIBUTE.size + name_size]
        if namespace == SYSTEM_NAMESPACE and name == b"data":
            return take(raw, first + value_at, size) if size else b""
        at += ATTRIBUTE.size + (name_size + 3 & ~3)
    raise Malformed("an inode has too many attributes")
