"""lzip members (Internet draft "Lzip Compressed Format and the 'application/lzip' Media Type")."""

from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats import lzma_alone
from pellucid.formats.span import Data, take, unpack
from pellucid.formats.streams import Unpacked, counted, joined

MAGIC = b"LZIP\x01"
HEADER_SIZE = 6
TRAILER = Struct("<IQQ")
PROPERTIES = 0x5D
SMALLEST, LARGEST = 1 << 12, 1 << 29


def dictionary(data: Data, start: int) -> int:
    """The size of the dictionary that the header at `start` states: a power of two less some sixteenths of it."""
    header = take(data, start, HEADER_SIZE)
    if header[:5] != MAGIC:
        raise Malformed("no lzip header")
    whole = 1 << (header[5] & 0x1F)
    size = whole - (whole >> 4) * (header[5] >> 5)
    if not SMALLEST <= size <= LARGEST:
        raise Malformed("an lzip header with an impossible dictionary")
    return size


def unpacked(data: Data, start: int) -> Unpacked:
    """All members from `start` on, as one stream, as lzip itself does it."""
    return (yield from joined(_member(data, start), lambda at: _following(data, at)))


def _following(data: Data, at: int) -> Unpacked | None:
    try:
        dictionary(data, at)
    except Malformed:
        return None
    return _member(data, at)


def _member(data: Data, start: int) -> Unpacked:
    stated = lzma_alone.Header(properties=PROPERTIES, dictionary=dictionary(data, start), size=None)
    at, checksum, total = yield from counted(lzma_alone.raw(stated, data, start + HEADER_SIZE))
    if unpack(TRAILER, data, at) != (checksum, total, at + TRAILER.size - start):
        raise Malformed("the checksum or the sizes behind a member differ")
    return at + TRAILER.size
