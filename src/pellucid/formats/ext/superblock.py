"""The superblock of ext2/3/4 and the group descriptors: where the inodes are."""

from functools import partial
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.span import Data, take, unpack

AT = 1024
MAGIC_AT = AT + 0x38
MAGIC = b"\x53\xef"
SPARSE_SUPER = 0x1
META_GROUPS, EXTENTS, WIDE, JOURNAL_DEVICE, COMPRESSED = 0x10, 0x40, 0x80, 0x8, 0x1
RECOVER, FILE_TYPES, INLINE, ENCRYPTED = 0x4, 0x2, 0x8000, 0x10000
MOST_STATES, MOST_SYSTEMS = 7, 4
_TABLE = Struct("<I")


class Superblock(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes, `first_block` is 1 for blocks of 1 KiB and else 0."""

    inodes: int
    blocks: int
    first_block: int
    block_size: int
    blocks_per_group: int
    inodes_per_group: int
    inode_size: int
    descriptor_size: int
    first_meta_group: int
    compatible: int
    incompatible: int
    read_only: int
    written: int
    label: str
    mounted_at: str
    uuid: bytes

    @property
    def version(self) -> str:
        """The name of the oldest driver that can read this file system."""
        if self.incompatible & (EXTENTS | WIDE | INLINE) or self.read_only & 0x78:
            return "ext4"
        return "ext3" if self.compatible & 0x4 else "ext2"

    @property
    def length(self) -> int:
        """Bytes of the whole file system."""
        return self.blocks * self.block_size


def read(data: Data, start: int = 0) -> Superblock:
    """The superblock of the file system at `start`, checked as far as its fields depend on each other."""
    head = take(data, start + AT, 1024)
    word = partial(_word, head)
    magic, state, errors = head[0x38:0x3A], word(0x3A, 2), word(0x3C, 2)
    if magic != MAGIC or state > MOST_STATES or not errors <= 3 or word(0x48) > MOST_SYSTEMS or word(0x5A, 2):
        raise Malformed("no superblock of ext2, ext3 or ext4")
    log, dynamic = word(0x18), word(0x4C) > 0
    incompatible = word(0x60) if dynamic else 0
    wide = bool(incompatible & WIDE)
    if log > 6 or word(0x4C) > 1:
        raise Malformed("the block size of ext is impossible")
    found = Superblock(
        inodes=word(0x00),
        blocks=word(0x04) | (word(0x150) << 32 if wide else 0),
        first_block=word(0x14),
        block_size=1024 << log,
        blocks_per_group=word(0x20),
        inodes_per_group=word(0x28),
        inode_size=word(0x58, 2) if dynamic else 128,
        descriptor_size=(word(0xFE, 2) or 32) if wide else 32,
        first_meta_group=word(0x104),
        compatible=word(0x5C) if dynamic else 0,
        incompatible=incompatible,
        read_only=word(0x64) if dynamic else 0,
        written=word(0x30),
        label=_text(head[0x78:0x88]),
        mounted_at=_text(head[0x88:0xC8]),
        uuid=head[0x68:0x78],
    )
    _check(found)
    return found


def _check(found: Superblock) -> None:
    per_group, bits = found.blocks_per_group, 8 * found.block_size
    if found.first_block != (found.block_size == 1024) and not found.read_only & 0x200:
        raise Malformed("the first block of ext is wrong")
    if not 0 < per_group <= bits * (64 if found.read_only & 0x200 else 1):
        raise Malformed("the groups of ext are too large")
    if not 0 < found.inodes_per_group <= bits or found.inode_size & (found.inode_size - 1):
        raise Malformed("the inodes of ext are impossible")
    if not 128 <= found.inode_size <= found.block_size or not 32 <= found.descriptor_size <= 1024:
        raise Malformed("the inodes of ext are impossible")
    groups = -(-(found.blocks - found.first_block) // per_group)
    if not 0 < groups <= 1 << 24 or found.inodes != groups * found.inodes_per_group:
        raise Malformed("the groups of ext do not add up")
    if found.incompatible & (JOURNAL_DEVICE | COMPRESSED):
        raise Unsupported("a journal or a compressed file system, not ext")


def inode_at(data: Data, superblock: Superblock, number: int) -> int:
    """The offset of inode `number`; raises Malformed when there is no such inode."""
    if not 0 < number <= superblock.inodes:
        raise Malformed(f"there is no inode {number}")
    group, index = divmod(number - 1, superblock.inodes_per_group)
    size = superblock.descriptor_size
    at = _descriptor_block(superblock, group) * superblock.block_size
    per_block = superblock.block_size // size
    at += group % per_block * size if superblock.incompatible & META_GROUPS else group * size
    (table,) = unpack(_TABLE, data, at + 8)
    if size >= 64:
        (high,) = unpack(_TABLE, data, at + 0x28)
        table |= high << 32
    return int(table) * superblock.block_size + index * superblock.inode_size


def _descriptor_block(superblock: Superblock, group: int) -> int:
    """The block with the descriptor of `group`: behind the superblock, or in the group's own meta group."""
    per_block = superblock.block_size // superblock.descriptor_size
    meta = group // per_block
    # The superblock of 1 KiB blocks stands in block 1, even where clusters make the groups begin with block 0.
    behind = max(superblock.first_block, superblock.block_size == 1024) + 1
    if not superblock.incompatible & META_GROUPS:
        return behind
    if meta < superblock.first_meta_group:
        return behind + meta
    first = meta * per_block
    return superblock.first_block + first * superblock.blocks_per_group + _has_superblock(superblock, first)


def _has_superblock(superblock: Superblock, group: int) -> bool:
    if group < 2 or not superblock.read_only & SPARSE_SUPER:
        return True
    for base in (3, 5, 7):
        power = base
        while power < group:
            power *= base
        if power == group:
            return True
    return False


def _word(head: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(head[at : at + size], "little")


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "backslashreplace")
