"""Inodes of F2FS, and what they hold themselves: addresses of blocks, small files, small folders."""

from struct import Struct

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats import devices
from pellucid.formats.f2fs.superblock import FLEXIBLE_ATTRIBUTES, Superblock
from pellucid.formats.f2fs.table import Table
from pellucid.formats.inode_tree import Node
from pellucid.formats.member import kind_of
from pellucid.formats.span import Data, take

LAYOUT = Struct("<H2B3IQ24xq24xI")
FOOTER = Struct("<2I")
FOOTER_SIZE, NODES, NODE_SIZE = 24, 5, 4
ADDRESSES_AT = 360
INLINE_ATTRIBUTES, INLINE_DATA, INLINE_NAMES, EXTRA = 0x1, 0x2, 0x4, 0x20
ENCRYPTED, COMPRESSED = 0x04, 0x04
USUAL_ATTRIBUTES = 50


class Inode(Node, frozen=True, kw_only=True):
    """`addresses` and `nodes` are raw lists of numbers; `small` is what is kept inside, None when nothing is.

    A file is compressed with `method` in clusters of `cluster` blocks; 0 for those that are not.
    """

    number: int
    addresses: bytes
    nodes: bytes
    small: bytes | None
    encrypted: bool
    method: int
    cluster: int


def read(data: Data, superblock: Superblock, table: Table, number: int) -> Inode:
    """Inode `number`."""
    raw = node(data, superblock, table, number, number)
    mode, advice, inline, uid, gid, links, size, mtime, flags = LAYOUT.unpack_from(raw)
    kind = kind_of(mode)
    end = len(raw) - FOOTER_SIZE - NODES * NODE_SIZE
    extra = int.from_bytes(raw[360:362], "little") if inline & EXTRA else 0
    attributes = 0
    if superblock.features & FLEXIBLE_ATTRIBUTES and inline & EXTRA:
        attributes = int.from_bytes(raw[362:364], "little") * 4
    elif inline & (INLINE_ATTRIBUTES | INLINE_NAMES):
        attributes = USUAL_ATTRIBUTES * 4
    first, last = ADDRESSES_AT + extra, end - attributes
    if extra % 4 or first + 4 > last:
        raise Malformed("an inode is damaged")
    compressed = bool(flags & COMPRESSED) and kind is EntryKind.FILE and bool(inline & EXTRA)
    cluster = 1 << raw[393] if compressed and raw[393] <= 8 else 0
    if compressed and not 4 <= cluster <= 256:
        raise Malformed("an inode is damaged")
    return Inode(
        kind=kind,
        size=size,
        mode=mode & 0o7777,
        uid=uid,
        gid=gid,
        mtime=mtime,
        links=links,
        device=devices.either(raw[first : first + 8]),
        number=number,
        addresses=raw[first:last],
        nodes=raw[end : end + NODES * NODE_SIZE],
        small=raw[first + 4 : last] if inline & (INLINE_DATA | INLINE_NAMES) else None,
        encrypted=bool(advice & ENCRYPTED),
        method=raw[392],
        cluster=cluster,
    )


def node(data: Data, superblock: Superblock, table: Table, number: int, inode: int) -> bytes:
    """The block of node `number`, which must belong to `inode`."""
    raw = take(data, table.place(number) * superblock.block, superblock.block)
    if FOOTER.unpack_from(raw, len(raw) - FOOTER_SIZE) != (number, inode):
        raise Malformed(f"node {number} is damaged")
    return raw
