"""TRX, the firmware container of Broadcom's routers (OpenWrt, tools "trx" and kernel parser_trx: versions 1 and 2)."""

import zlib
from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, pieces, unpack

MAGIC = b"HDR0"
LAYOUT = Struct("<4s2I2H")
CHECKED_FROM = 12
SLOTS = {1: Struct("<3I"), 2: Struct("<4I")}


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """`length` counts from the start of the header of `size` bytes; `partitions` are (offset, size) without gaps."""

    size: int
    length: int
    checksum: int
    flags: int
    version: int
    partitions: tuple[tuple[int, int], ...]


def read(data: Data, start: int = 0) -> Header:
    """The header at `start`, with offsets that lie inside the image. The checksum is left to `sound`."""
    magic, length, checksum, flags, version = unpack(LAYOUT, data, start)
    if magic != MAGIC or version not in SLOTS:
        raise Malformed("no TRX header")
    slots = SLOTS[version]
    first = LAYOUT.size + slots.size
    offsets = sorted({offset for offset in unpack(slots, data, start + LAYOUT.size) if offset})
    if length < first or any(not first <= offset < length for offset in offsets):
        raise Malformed("the partitions of a TRX lie outside it")
    starts = offsets or [first]
    ends = [*starts[1:], length]
    return Header(
        size=first,
        length=length,
        checksum=checksum,
        flags=flags,
        version=version,
        partitions=tuple((begin, end - begin) for begin, end in zip(starts, ends, strict=True) if end > begin),
    )


def sound(data: Data, header: Header) -> bool:
    """Whether the CRC-32, which is not inverted at its end, fits all bytes from the flags on."""
    checksum = 0
    for piece in _body(data, header):
        checksum = zlib.crc32(piece, checksum)
    return checksum ^ 0xFFFFFFFF == header.checksum


def _body(data: Data, header: Header) -> Iterator[bytes]:
    return pieces(data, CHECKED_FROM, min(header.length, len(data)) - CHECKED_FROM)
