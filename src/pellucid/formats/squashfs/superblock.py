"""The superblock of squashfs: magic words, also those that vendors changed, and the places of the tables."""

from dataclasses import dataclass
from struct import Struct

from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats.span import Data, padded, unpack

LITTLE, BIG = b"hsqs", b"sqsh"
MAGICS = (LITTLE, BIG, b"shsq", b"qshs", b"hsqt", b"tqsh", b"sqlz", b"zlqs")
VERSION_AT = 28
VERSION = {order: Struct(f"{order}2H") for order in "<>"}
LAYOUT = {order: Struct(f"{order}4s4I6H8Q") for order in "<>"}
OLD_SIZE = {order: Struct(f"{order}I") for order in "<>"}
OLD_SIZE_3 = {order: Struct(f"{order}Q") for order in "<>"}
OLD_INODES = {order: Struct(f"{order}2I") for order in "<>"}
PADDING = 4096
NO_FRAGMENTS = (1 << 64) - 1
METADATA_BLOCK = 8192


@dataclass(frozen=True, kw_only=True)
class Superblock:
    """Offsets are from the start of the file system; `order` is "<" or ">" as for struct."""

    order: str
    magic: bytes
    version: int
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


def read(data: Data, start: int = 0) -> Superblock:
    """The superblock at `start`, checked; raises Unsupported for versions before 4."""
    magic = data[start : start + 4]
    if magic not in MAGICS:
        raise Malformed("no squashfs magic")
    for order in "<>":
        major, minor = unpack(VERSION[order], data, start + VERSION_AT)
        if major == 4 and minor == 0:
            return _version_4(data, start, order)
        if 1 <= major <= 3 and minor <= 1:
            _old_length(data, start, order, major)
            raise Unsupported(f"squashfs version {major}.{minor} cannot be read, only version 4")
    raise Malformed("no version of squashfs")


def length(data: Data, start: int) -> int:
    """The bytes used, and padding up to 4 KiB; for every version that can be recognised."""
    try:
        used = read(data, start).used
    except Unsupported:
        used = _old(data, start)
    return padded(data, start, start + used, PADDING) - start


def _version_4(data: Data, start: int, order: str) -> Superblock:
    fields = unpack(LAYOUT[order], data, start)
    magic, inodes, time, block_size, fragments, compressor, log, _, ids, major, _ = fields[:11]
    root, used, id_table, _, inode_table, directory_table, fragment_table, _ = fields[11:]
    if not 12 <= log <= 20 or block_size != 1 << log:
        raise Malformed("the block size of squashfs is impossible")
    if not LAYOUT[order].size <= inode_table < directory_table <= used or id_table >= used or not inodes:
        raise Malformed("the tables of squashfs lie outside it")
    if not 1 <= compressor <= 6 or used > 1 << 48:
        raise Malformed("the compression of squashfs is not known")
    if fragments and not inode_table < fragment_table < used:
        raise Malformed("the fragment table of squashfs lies outside it")
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


def _old(data: Data, start: int) -> int:
    for order in "<>":
        major, minor = unpack(VERSION[order], data, start + VERSION_AT)
        if 1 <= major <= 3 and minor <= 1:
            return _old_length(data, start, order, major)
    raise Truncated("no superblock of an old squashfs")


def _old_length(data: Data, start: int, order: str, major: int) -> int:
    """Versions 1 and 2 count bytes in 32 bits behind the number of inodes, version 3 in 64 bits near the end."""
    inodes, used = unpack(OLD_INODES[order], data, start + 4)
    if major == 3:
        (used,) = unpack(OLD_SIZE_3[order], data, start + 63)
    (log,) = unpack(Struct(f"{order}H"), data, start + 34)
    if not inodes or not 119 <= used < 1 << 40 or not 12 <= log <= 20:
        raise Malformed("no superblock of an old squashfs")
    return int(used)
