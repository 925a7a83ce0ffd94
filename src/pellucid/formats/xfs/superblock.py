"""The superblock of XFS, and where blocks and inodes lie."""

from functools import partial
from typing import NoReturn

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.crc32c import crc32c
from pellucid.formats.span import Data, take

MAGIC = b"XFSB"
SIZE = 512
CRC_AT = 224
NAMES_TYPED_V4 = 0x200
SECOND_DIRECTORIES = 0x2000
# Incompatible features of version 5 that change nothing for a reader, or that it knows.
NAMES_TYPED, META_UUID, REPAIR = 0x1, 0x4, 0x10
KNOWN = 0x1FF


class Superblock(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes, `blocks` of all groups; the `…_log` are shifts."""

    version: int
    block_size: int
    blocks: int
    group_blocks: int
    groups: int
    group_log: int
    inode_size: int
    inodes_log: int
    folder_block: int
    root: int
    typed_names: bool
    sector: int
    external_log: bool
    needs_repair: bool
    label: str
    uuid: bytes

    @property
    def length(self) -> int:
        """Bytes of the whole file system."""
        return self.blocks * self.block_size

    def block_at(self, number: int, count: int = 1) -> int:
        """The offset of `count` blocks from file system block `number`; Malformed when they lie outside."""
        group, inside = number >> self.group_log, number & ((1 << self.group_log) - 1)
        at = group * self.group_blocks + inside
        if inside + count > self.group_blocks or not 0 < at <= self.blocks - count:
            raise Malformed("a block lies outside the file system")
        return at * self.block_size

    def inode_at(self, number: int) -> int:
        """The offset of an inode; Malformed when there can be none."""
        index = number & ((1 << self.inodes_log) - 1)
        return self.block_at(number >> self.inodes_log) + index * self.inode_size


def read(data: Data, start: int = 0) -> Superblock:
    """The superblock at `start`, checked. Those at the start of the other groups are refused."""
    head = take(data, start, SIZE)
    word = partial(_word, head)
    version, typed, features = word(100, 2) & 0xF, bool(word(200) & NAMES_TYPED_V4), word(216)
    if head[:4] != MAGIC or version not in (4, 5) or head[126]:
        raise Malformed("no superblock of XFS")
    if not word(100, 2) & SECOND_DIRECTORIES and version == 4:
        raise Unsupported("directories of the first version of XFS")
    if version == 5:
        _check_sum(data, start, word(102, 2))
        if features & ~KNOWN:
            raise Unsupported(f"XFS with the unknown features {features & ~KNOWN:#x}")
        typed = bool(features & NAMES_TYPED)
    found = Superblock(
        version=version,
        block_size=word(4),
        blocks=word(8, 8),
        group_blocks=word(84),
        groups=word(88),
        group_log=head[124],
        inode_size=word(104, 2),
        inodes_log=head[123],
        folder_block=word(4) << head[192] if head[192] <= 8 else 0,
        root=word(56, 8),
        typed_names=typed,
        sector=word(102, 2),
        external_log=not word(48, 8),
        needs_repair=version == 5 and bool(features & REPAIR),
        label=head[108:120].rstrip(b"\0").decode("utf-8", "backslashreplace"),
        uuid=head[248:264] if version == 5 and features & META_UUID else head[32:48],
    )
    _check(found, head)
    return found


def _check_sum(data: Data, start: int, size: int) -> None:
    if size not in (512, 1024, 2048, 4096, 8192, 16384, 32768):
        _impossible()
    sector = take(data, start, size)
    stated = int.from_bytes(sector[CRC_AT : CRC_AT + 4], "little")
    if crc32c(sector[:CRC_AT] + bytes(4) + sector[CRC_AT + 4 :]) != stated:
        raise Malformed("the checksum of the superblock of XFS is wrong")


def _check(found: Superblock, head: bytes) -> None:
    size, inode = found.block_size, found.inode_size
    if size not in [1 << log for log in range(9, 17)] or head[120] != size.bit_length() - 1:
        _impossible()
    if inode not in (256, 512, 1024, 2048) or inode > size or size >> found.inodes_log != inode:
        _impossible()
    if not size <= found.folder_block <= 1 << 16:
        _impossible()
    if not found.group_blocks or not 0 < found.groups <= 1 << 24 or found.group_log > 31:
        _impossible()
    if found.group_blocks > 1 << found.group_log or -(-found.blocks // found.group_blocks) != found.groups:
        _impossible()


def _impossible() -> NoReturn:
    raise Malformed("the superblock of XFS is impossible")


def _word(head: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(head[at : at + size], "big")
