"""Cramfs, either byte order (kernel documentation, "Cramfs - cram a filesystem onto a small ROM", and cramfs_fs.h)."""

import zlib
from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats import devices
from pellucid.formats.cramfs_blocks import Blocks
from pellucid.formats.folders import Folder, explained, walk
from pellucid.formats.member import LONGEST_TARGET, Member, Members, kind_of
from pellucid.formats.span import PIECE, Data, take, unpack

LITTLE, BIG = b"\x45\x3d\xcd\x28", b"\x28\xcd\x3d\x45"
SIGNATURE = b"Compressed ROMFS"
HEADER = {order: Struct(f"{order}4s3I16s4I16s") for order in "<>"}
NODE = {order: Struct(f"{order}3I") for order in "<>"}
CHECKSUM_AT = 32
ROOT_AT, FIRST_AT = 64, 76
BOOT_CODE = 512
HAS_CHECKSUM, SHIFTED, POINTERS = 0x1, 0x400, 0x800
KNOWN = 0xFFF


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """An inode, which stands before its name. `offset` and `end` count from the start, `size` is in bytes."""

    mode: int
    uid: int
    gid: int
    size: int
    offset: int
    name_size: int
    end: int


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """`order` is "<" or ">" as for struct; `at` is the place of the superblock, behind any boot code."""

    order: str
    at: int
    flags: int
    checksum: int
    edition: int
    files: int
    label: bytes
    root: Node
    length: int


def read(data: Data, start: int = 0) -> Volume:
    """The superblock at `start` or 512 bytes behind it, checked; raises Malformed."""
    if data[start : start + 4] in (LITTLE, BIG):
        found = _superblock(data, start, 0)
        if found.root.size and not found.flags & SHIFTED and found.root.offset != FIRST_AT:
            raise Malformed("cramfs with another beginning")
        return found
    found = _superblock(data, start, BOOT_CODE)
    sure = found.root.offset == BOOT_CODE + FIRST_AT
    shifted = found.flags & SHIFTED and found.root.offset > BOOT_CODE and is_whole(data, found, start)
    if not (sure or shifted):
        raise Malformed("cramfs with another beginning")
    return found


def is_whole(data: Data, volume: Volume, start: int = 0) -> bool:
    """Whether the checksum matches; raises Truncated when bytes are missing."""
    if not volume.flags & HAS_CHECKSUM:
        return True
    end = start + volume.length
    if end > len(data):
        raise Truncated(f"{volume.length:,} bytes are declared, {len(data) - start:,} are there")
    at = start + volume.at + CHECKSUM_AT
    crc = zlib.crc32(bytes(4), zlib.crc32(data[start + volume.at : at]))
    for piece in range(at + 4, end, PIECE):
        crc = zlib.crc32(data[piece : min(piece + PIECE, end)], crc)
    return crc == volume.checksum


def members(data: Data, volume: Volume) -> Members:
    """Every entry, parents first. Devices have their number as a fact; there are no times and no hard links."""
    blocks = Blocks(data, volume.order, pointers=bool(volume.flags & POINTERS))

    def below(folder: Folder[bytes, Node]) -> Iterator[Member | Malformed | Folder[bytes, Node]]:
        for name, node in _listing(data, volume.order, folder.node):
            path = folder.path + b"/" + name if folder.path else name
            try:
                member = _member(blocks, path, node)
            except Malformed as error:
                yield explained(path, error)
                continue
            yield member
            if member.kind is EntryKind.DIRECTORY and node.size:
                yield Folder(path, node.offset, node)

    return walk(Folder(b"", volume.root.offset, volume.root), below)


def _superblock(data: Data, start: int, at: int) -> Volume:
    for order, expected in (("<", LITTLE), (">", BIG)):
        fields = unpack(HEADER[order], data, start + at)
        magic, size, flags, _, signature, checksum, edition, _, files, label = fields
        if magic == expected and signature == SIGNATURE:
            break
    else:
        raise Malformed("no superblock of cramfs")
    if flags & ~KNOWN:
        raise Unsupported(f"cramfs with the flags {flags:#x} cannot be read")
    root = _node(data, order, start + at + ROOT_AT)
    if kind_of(root.mode) is not EntryKind.DIRECTORY or (root.size and root.offset < at + FIRST_AT):
        raise Malformed("the root of cramfs is impossible")
    length = size if flags & HAS_CHECKSUM else len(data) - start
    if length < at + FIRST_AT or length < root.offset + root.size:
        raise Malformed("the size of cramfs is impossible")
    return Volume(
        order=order,
        at=at,
        flags=flags,
        checksum=checksum,
        edition=edition,
        files=files,
        label=label.rstrip(b"\0"),
        root=root,
        length=length,
    )


def _node(data: Data, order: str, at: int) -> Node:
    """Three words of bit fields, which the byte order turns around."""
    first, second, third = unpack(NODE[order], data, at)
    if order == "<":
        mode, uid, size, gid, name, place = (
            first & 0xFFFF,
            first >> 16,
            second & 0xFFFFFF,
            second >> 24,
            third & 0x3F,
            third >> 6,
        )
    else:
        mode, uid, size, gid, name, place = (
            first >> 16,
            first & 0xFFFF,
            second >> 8,
            second & 0xFF,
            third >> 26,
            third & 0x3FFFFFF,
        )
    return Node(mode=mode, uid=uid, gid=gid, size=size, offset=4 * place, name_size=4 * name, end=at + NODE[order].size)


def _listing(data: Data, order: str, folder: Node) -> Iterator[tuple[bytes, Node]]:
    at = folder.offset
    while at < folder.offset + folder.size:
        node = _node(data, order, at)
        name = take(data, node.end, node.name_size).rstrip(b"\0")
        if not name:
            raise Malformed("a listing is damaged")
        yield name.replace(b"/", b"_"), node
        at = node.end + node.name_size


def _member(blocks: Blocks, path: bytes, node: Node) -> Member:
    kind = kind_of(node.mode)
    target = b""
    if kind is EntryKind.SYMLINK:
        if node.size > LONGEST_TARGET:
            raise Malformed("the target of a symbolic link is too long")
        target = b"".join(blocks.content(node.offset, node.size))
    return Member(
        name=path,
        kind=kind,
        chunks=blocks.content(node.offset, node.size) if kind is EntryKind.FILE else (),
        target=target,
        mode=node.mode & 0o7777,
        uid=node.uid,
        gid=node.gid,
        facts=devices.facts(kind, devices.narrow(node.size)),
    )
