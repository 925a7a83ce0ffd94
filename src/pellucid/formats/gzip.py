"""gzip members (RFC 1952)."""

import zlib
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack
from pellucid.formats.streams import Unpacked, counted, inflate, joined

MAGIC = b"\x1f\x8b\x08"
HEADER = Struct("<3sBIBB")
TRAILER = Struct("<II")
MOST_NAME = 1024
KNOWN_SYSTEMS = 14
UNKNOWN_SYSTEM = 255
HEADER_CRC, EXTRA, NAME, COMMENT, RESERVED = 2, 4, 8, 16, 0xE0


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """`payload` is the offset of the deflate data; `name` has no folder."""

    name: bytes
    mtime: int
    payload: int


def header(data: Data, start: int) -> Header:
    """The header of the member at `start`; strict, since three bytes of magic are soon found by chance."""
    magic, flags, mtime, extra_flags, system = unpack(HEADER, data, start)
    if magic != MAGIC or flags & RESERVED or extra_flags not in (0, 2, 4):
        raise Malformed("no gzip header")
    if system >= KNOWN_SYSTEMS and system != UNKNOWN_SYSTEM:
        raise Malformed("a gzip header of no known system")
    at = start + HEADER.size
    if flags & EXTRA:
        at += 2 + int.from_bytes(take(data, at, 2), "little")
    name = b""
    if flags & NAME:
        name, at = _text(data, at)
    if flags & COMMENT:
        _, at = _text(data, at)
    if flags & HEADER_CRC:
        if int.from_bytes(take(data, at, 2), "little") != zlib.crc32(data[start:at]) & 0xFFFF:
            raise Malformed("the header's checksum differs")
        at += 2
    return Header(name=name.rpartition(b"/")[2], mtime=mtime, payload=at)


def unpacked(data: Data, start: int) -> Unpacked:
    """All members from `start` on, as one stream, as gzip itself does it."""
    first = _member(data, header(data, start).payload)
    return (yield from joined(first, lambda at: _following(data, at)))


def _following(data: Data, at: int) -> Unpacked | None:
    try:
        return _member(data, header(data, at).payload)
    except Malformed:
        return None


def _member(data: Data, payload: int) -> Unpacked:
    at, checksum, length = yield from counted(inflate(data, payload))
    if unpack(TRAILER, data, at) != (checksum, length & 0xFFFFFFFF):
        raise Malformed("the checksum differs")
    return at + TRAILER.size


def _text(data: Data, at: int) -> tuple[bytes, int]:
    end = data.find(b"\0", at, at + MOST_NAME)
    if end < 0:
        raise Malformed("a text in the header does not end")
    text = data[at:end]
    if any(byte < 0x20 for byte in text):
        raise Malformed("a text in the header has control characters")
    return text, end + 1
