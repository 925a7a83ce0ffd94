"""xz streams (The .xz File Format 1.2): one after the other, with padding between."""

import lzma
import zlib
from struct import Struct

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data
from pellucid.formats.streams import MEMORY_LIMIT, Unpacked, joined, through

MAGIC = b"\xfd7zXZ\0"
MOST_PADDING = 1 << 16
HEADER_SIZE = 12
FOOTER = Struct("<II2s2s")
FOOTER_MAGIC = b"YZ"
MOST_FOOTERS = 100_000


def unpacked(data: Data, start: int) -> Unpacked:
    """All streams from `start` on, as one."""
    return (yield from joined(_stream(data, start), lambda at: _following(data, at)))


def _stream(data: Data, at: int) -> Unpacked:
    return through(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_LIMIT), data, at)


def _following(data: Data, at: int) -> Unpacked | None:
    at = _past_padding(data, at)
    return _stream(data, at) if data[at : at + len(MAGIC)] == MAGIC else None


def _past_padding(data: Data, at: int) -> int:
    """Where the next stream may begin: padding is a multiple of four zero bytes."""
    end = min(at + MOST_PADDING, len(data))
    while at < end and data[at : at + 4] == b"\0\0\0\0":
        at += 4
    return at


def length(data: Data, start: int) -> int:
    """The length of all streams from `start` on, found by their indexes: nothing is unpacked.

    Raises Truncated when a stream has no end, Malformed when there is none at `start`.
    """
    if data[start : start + len(MAGIC)] != MAGIC:
        raise Malformed("no xz stream")
    end = start
    while True:
        end = _end(data, end)
        following = _past_padding(data, end)
        if data[following : following + len(MAGIC)] != MAGIC:
            return end - start
        end = following


def _end(data: Data, start: int) -> int:
    """Where the stream at `start` ends: at the first footer whose index tells of blocks that begin there."""
    place = data.find(FOOTER_MAGIC, start + HEADER_SIZE)
    for _ in range(MOST_FOOTERS):
        if place < 0:
            break
        end = place + len(FOOTER_MAGIC)
        if (end - start) % 4 == 0 and _fits(data, start, end - FOOTER.size):
            return end
        place = data.find(FOOTER_MAGIC, place + 1)
    raise Truncated("the xz stream has no end")


def _fits(data: Data, start: int, footer: int) -> bool:
    checksum, stated, flags, _ = FOOTER.unpack_from(data, footer)
    size = (stated + 1) * 4
    index = footer - size
    if flags != data[start + len(MAGIC) : start + len(MAGIC) + 2] or index < start + HEADER_SIZE:
        return False
    if zlib.crc32(data[footer + 4 : footer + 10]) != checksum:
        return False
    return bool(_blocks(data[index:footer]) == index - start - HEADER_SIZE)


def _blocks(index: bytes) -> int:
    """The size of all blocks that an index lists, -1 when it is none."""
    if index[0] or zlib.crc32(index[:-4]) != int.from_bytes(index[-4:], "little"):
        return -1
    count, at = _number(index, 1)
    total = 0
    for _ in range(min(count, len(index))):
        unpadded, at = _number(index, at)
        _, at = _number(index, at)
        total += -(-unpadded // 4) * 4
    return total


def _number(index: bytes, at: int) -> tuple[int, int]:
    """An integer of variable length, and where it ends; what is cut off has the value so far."""
    value = 0
    for shift in range(0, 63, 7):
        byte = index[at] if at < len(index) else 0
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return value, at
