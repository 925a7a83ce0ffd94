"""File entries of UDF: what a file is and where its content lies (ECMA-167, part 4, chapter 14)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Chunk, Data, pieces, take, zeros
from pellucid.formats.udf.descriptors import (
    EXTENDED_FILE_ENTRY,
    EXTENT_LENGTH,
    FILE_ENTRY,
    MORE_EXTENTS,
    Address,
    seconds,
    tag_of,
    tagged,
)
from pellucid.formats.udf.volume import METADATA, Volume

NODE_SIZE = 512
SHORT, LONG, EXTENDED, EMBEDDED = range(4)
STRIDES = {SHORT: Struct("<II"), LONG: Struct("<IIH6x"), EXTENDED: Struct("<I8xIH2x")}
RECORDED, MORE = 0, 3
MOST_EXTENTS = 1 << 20
NOBODY = 0xFFFFFFFF
SET_UID, SET_GID, STICKY = 0x40, 0x80, 0x100
DEVICE_ATTRIBUTE = 12
FOLDER, REGULAR, BLOCK_DEVICE, CHARACTER_DEVICE, FIFO, SOCKET, SYMLINK, REAL_TIME = 4, 5, 6, 7, 9, 10, 12, 249


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """`size` in bytes; `allocation` are raw descriptors of extents, or the content itself when it is embedded."""

    type: int
    size: int
    links: int
    mode: int
    uid: int | None
    gid: int | None
    mtime: int | None
    unique: int
    form: int
    allocation: bytes
    attributes: bytes
    partition: int

    @property
    def device(self) -> tuple[int, int] | None:
        """(major, minor), from an attribute of its own."""
        at = 24
        while at + 24 <= len(self.attributes):
            kind, size = (int.from_bytes(self.attributes[at + pos : at + pos + 4], "little") for pos in (0, 8))
            if kind == DEVICE_ATTRIBUTE:
                major, minor = (int.from_bytes(self.attributes[at + pos : at + pos + 4], "little") for pos in (16, 20))
                return major, minor
            at += max(size, 12)
        return None


def read(data: Data, volume: Volume, address: Address) -> Node:
    """The file entry at `address`, plain or extended."""
    at = volume.at(address.block, address.partition)
    raw = tagged(data, at, min(NODE_SIZE, volume.block), FILE_ENTRY, EXTENDED_FILE_ENTRY)
    extended = tag_of(raw) == EXTENDED_FILE_ENTRY
    sizes_at, time_at, unique_at = (208, 92, 200) if extended else (168, 84, 160)
    attributes, allocation = (int.from_bytes(raw[pos : pos + 4], "little") for pos in (sizes_at, sizes_at + 4))
    if attributes + allocation > volume.block:
        raise Malformed("a file entry is larger than its block")
    behind = take(data, at + sizes_at + 8, attributes + allocation)
    flags, permissions = int.from_bytes(raw[34:36], "little"), int.from_bytes(raw[44:48], "little")
    uid, gid = (int.from_bytes(raw[pos : pos + 4], "little") for pos in (36, 40))
    return Node(
        type=raw[27],
        size=int.from_bytes(raw[56:64], "little"),
        links=int.from_bytes(raw[48:50], "little"),
        mode=_mode(permissions, flags),
        uid=None if uid == NOBODY else uid,
        gid=None if gid == NOBODY else gid,
        mtime=seconds(raw[time_at : time_at + 12]),
        unique=int.from_bytes(raw[unique_at : unique_at + 8], "little"),
        form=flags & 7,
        allocation=behind[attributes:],
        attributes=behind[:attributes],
        partition=address.partition,
    )


def content(data: Data, volume: Volume, node: Node) -> Iterator[Chunk]:
    """The bytes of a file; what was never recorded is zero."""
    if node.form == EMBEDDED:
        yield node.allocation[: node.size]
        if node.size > len(node.allocation):
            raise Truncated("the embedded content is cut off")
        return
    left = node.size
    for recorded, stated, block, partition in extents(data, volume, node):
        length = min(stated, left)
        left -= length
        if recorded:
            yield from _blocks(data, volume, Address(length, block, partition))
        else:
            yield from zeros(length)
        if not left:
            return
    if left:
        raise Truncated(f"{left} bytes have no place")


def extents(data: Data, volume: Volume, node: Node) -> Iterator[tuple[bool, int, int, int]]:
    """(recorded, bytes, block, partition) of each extent; lists that go on elsewhere are followed."""
    if node.form not in STRIDES:
        raise Malformed("a form of extents that there is not")
    layout, raw, seen, count = STRIDES[node.form], node.allocation, set[int](), 0
    while raw:
        following = None
        for fields in layout.iter_unpack(raw[: len(raw) // layout.size * layout.size]):
            length, kind = fields[0] & EXTENT_LENGTH, fields[0] >> 30
            partition = fields[2] if len(fields) > 2 else node.partition
            count += 1
            if not length or count > MOST_EXTENTS:
                break
            if kind == MORE:
                following = volume.at(fields[1], partition)
                break
            yield kind == RECORDED, length, fields[1], partition
        if following is None:
            return
        if following in seen:
            raise Malformed("a list of extents goes round in circles")
        seen.add(following)
        size = int.from_bytes(tagged(data, following, 24, MORE_EXTENTS)[20:24], "little")
        raw = take(data, following + 24, min(size, volume.block - 24))


def open_metadata(data: Data, volume: Volume) -> None:
    """Find where the blocks of metadata partitions lie: in a file, of which there is a copy."""
    for part in volume.partitions:
        if part.kind != METADATA:
            continue
        below = next(
            (
                number
                for number, other in enumerate(volume.partitions)
                if other.kind != METADATA and other.first == part.first
            ),
            None,
        )
        if below is None:
            raise Malformed("a metadata partition in no partition")
        for place in part.metadata_at:
            try:
                _open(data, volume, part.extents, Address(0, place, below))
                break
            except Malformed:
                part.extents.clear()
        else:
            raise Malformed("neither the metadata file nor its copy can be read")


def _open(data: Data, volume: Volume, found: list[tuple[int, int, int]], address: Address) -> None:
    node, position = read(data, volume, address), 0
    for _, length, block, partition in extents(data, volume, node):
        found.append((position, block, partition))
        position += length // volume.block
    if not found:
        raise Malformed("a metadata file without content")


def _blocks(data: Data, volume: Volume, extent: Address) -> Iterator[Chunk]:
    """An extent; in partitions whose blocks may lie anywhere, block by block."""
    part = volume.partitions[extent.partition] if extent.partition < len(volume.partitions) else None
    if part and (part.kind == METADATA or part.spared):
        for offset in range(0, extent.length, volume.block):
            at = volume.at(extent.block + offset // volume.block, extent.partition)
            yield take(data, at, min(volume.block, extent.length - offset))
    else:
        yield from pieces(data, volume.at(extent.block, extent.partition), extent.length)


def _mode(permissions: int, flags: int) -> int:
    """Permission bits of Unix: the lowest three of every five are execute, write, read."""
    mode = (permissions >> 10 & 7) << 6 | (permissions >> 5 & 7) << 3 | permissions & 7
    for flag, bit in ((SET_UID, 0o4000), (SET_GID, 0o2000), (STICKY, 0o1000)):
        mode |= bit if flags & flag else 0
    return mode
