"""The superblock of squashfs: magic words, also those that vendors changed, and the places of the tables."""

from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, padded, unpack

LITTLE, BIG = b"hsqs", b"sqsh"
MAGICS = (LITTLE, BIG, b"shsq", b"qshs", b"hsqt", b"tqsh", b"sqlz", b"zlqs")
VERSION_AT = 28
VERSION = {order: Struct(f"{order}2H") for order in "<>"}
LAYOUT = {order: Struct(f"{order}4s4I6H8Q") for order in "<>"}
# Version 1 ends with the root, version 2 with the table of fragments; version 3 has the places again, in 64 bits.
LAYOUT_1 = {order: Struct(f"{order}4s6I4H3BIQ") for order in "<>"}
LAYOUT_2 = {order: Struct(f"{order}3I") for order in "<>"}
LAYOUT_3 = {order: Struct(f"{order}7Q") for order in "<>"}
PADDING = 4096
METADATA_BLOCK = 8192
LARGEST = 1 << 40
GZIP = 1
MARKED_BLOCKS = 1 << 2


class Superblock(msgspec.Struct, frozen=True, kw_only=True):
    """Offsets are from the start of the file system; `order` is "<" or ">" as for struct.

    `ids` counts the entries of the table of owners; before version 4 that of groups is `group_ids` long, and with
    `marked` a byte stands between the header and the content of a metadata block.
    """

    order: str
    magic: bytes
    version: int
    minor: int = 0
    inodes: int
    time: int
    block_size: int
    fragments: int
    compressor: int
    ids: int
    root: int
    used: int
    id_table: int
    inode_table: int
    directory_table: int
    fragment_table: int
    group_ids: int = 0
    group_table: int = 0
    marked: bool = False


def read(data: Data, start: int = 0) -> Superblock:
    """The superblock at `start`, checked; raises Malformed."""
    magic = data[start : start + 4]
    if magic not in MAGICS:
        raise Malformed("no squashfs magic")
    found = _superblock(data, start)
    if not found.inodes or not found.inode_table < found.directory_table <= found.used:
        raise Malformed("the tables of squashfs lie outside it")
    if found.fragments and not found.inode_table < found.fragment_table < found.used:
        raise Malformed("the fragment table of squashfs lies outside it")
    return found


def length(data: Data, start: int) -> int:
    """The bytes used, and padding up to 4 KiB."""
    return padded(data, start, start + read(data, start).used, PADDING) - start


def _superblock(data: Data, start: int) -> Superblock:
    for order in "<>":
        major, minor = unpack(VERSION[order], data, start + VERSION_AT)
        if major == 4 and minor == 0:
            return _version_4(data, start, order)
        if 1 <= major <= 3 and minor <= 1:
            return _old(data, start, order)
    raise Malformed("no version of squashfs")


def _version_4(data: Data, start: int, order: str) -> Superblock:
    fields = unpack(LAYOUT[order], data, start)
    magic, inodes, time, block_size, fragments, compressor, log, _, ids, major, _ = fields[:11]
    root, used, id_table, _, inode_table, directory_table, fragment_table, _ = fields[11:]
    if not 12 <= log <= 20 or block_size != 1 << log:
        raise Malformed("the block size of squashfs is impossible")
    if inode_table < LAYOUT[order].size or id_table >= used:
        raise Malformed("the tables of squashfs lie outside it")
    if not 1 <= compressor <= 6 or used > 1 << 48:
        raise Malformed("the compression of squashfs is not known")
    return Superblock(
        order=order,
        magic=magic,
        version=major,
        inodes=inodes,
        time=time,
        block_size=block_size,
        fragments=fragments,
        compressor=compressor,
        ids=ids,
        root=root,
        used=used,
        id_table=id_table,
        inode_table=inode_table,
        directory_table=directory_table,
        fragment_table=fragment_table,
    )


def _old(data: Data, start: int, order: str) -> Superblock:
    """Versions 1 to 3, which name no compressor: it was gzip, and LZMA where a vendor said so."""
    fields = unpack(LAYOUT_1[order], data, start)
    magic, inodes, used, ids, groups, inode_table, directory_table, major, minor, small, log = fields[:11]
    flags, id_count, group_count, time, root = fields[11:]
    block_size, fragments, fragment_table, at = small, 0, 0, start + LAYOUT_1[order].size
    if major > 1:
        block_size, fragments, fragment_table = unpack(LAYOUT_2[order], data, at)
        at += LAYOUT_2[order].size
    if major == 3:
        used, ids, groups, inode_table, directory_table, fragment_table, _ = unpack(LAYOUT_3[order], data, at)
        at += LAYOUT_3[order].size
    if not 9 <= log <= 20 or 1 << log not in (block_size, small):
        raise Malformed("the block size of squashfs is impossible")
    if inode_table < at - start or used > LARGEST or not id_count:
        raise Malformed("the tables of squashfs lie outside it")
    if ids + 4 * id_count > used or (group_count and groups + 4 * group_count > used):
        raise Malformed("the owners of squashfs lie outside it")
    return Superblock(
        order=order,
        magic=magic,
        version=major,
        minor=minor,
        inodes=inodes,
        time=time,
        block_size=1 << log,
        fragments=fragments,
        compressor=GZIP,
        ids=id_count,
        root=root,
        used=used,
        id_table=ids,
        inode_table=inode_table,
        directory_table=directory_table,
        fragment_table=fragment_table,
        group_ids=group_count,
        group_table=groups,
        marked=bool(flags & MARKED_BLOCKS),
    )
