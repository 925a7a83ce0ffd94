"""The headers of LHA archives (.lzh), levels 0 to 3, walked to find where an archive ends.

Haruhiko Okumura's and Yoshi's notes on the header, as in "header.doc" of LHa for UNIX. What is packed is not read here.
"""

from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data, take, unpack

METHODS = tuple(f"-{name}-".encode() for name in (*(f"lh{n}" for n in "01234567d"), "lzs", "lz4", "lz5"))
HEAD = Struct("<2B5s2I4xBB")
MOST_MEMBERS = 1 << 20
LARGEST_HEADER = 1 << 20
LEAST = 22
MOST_VERIFIED = 4096


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """`next_at` is the offset of the next member."""

    method: str
    level: int
    next_at: int


def header(data: Data, at: int) -> Header:
    """The header at `at`; raises Malformed for what is none."""
    size, checksum, method, packed, _, _, level = unpack(HEAD, data, at)
    if method not in METHODS or level > 3:
        raise Malformed("no header of an LHA archive")
    if level < 2:
        name_size = take(data, at + HEAD.size, 1)[0]
        if size < max(LEAST - 2, HEAD.size - 2 + name_size) or sum(take(data, at + 2, size)) & 0xFF != checksum:
            raise Malformed("the checksum of a header of the LHA archive differs")
        # In level 1 the packed size counts the extended headers, too.
        return Header(method=method.decode(), level=level, next_at=at + 2 + size + packed)
    total = int.from_bytes(take(data, at, 2), "little")
    if level == 3:
        if total != 4:
            raise Malformed("a header of the LHA archive with an unknown size of its words")
        total = int.from_bytes(take(data, at + 24, 4), "little")
    if not LEAST < total <= LARGEST_HEADER:
        raise Malformed("a header of the LHA archive with an impossible length")
    _verify(take(data, at, total), 24 if level == 2 else 28, 2 if level == 2 else 4)
    return Header(method=method.decode(), level=level, next_at=at + total + packed)


def _verify(head: bytes, at: int, width: int) -> None:
    """Check the CRC-16 of a header of level 2 or 3, which stands in the extended header 0."""
    if len(head) > MOST_VERIFIED:
        return
    while size := int.from_bytes(head[at : at + width], "little"):
        at += width
        if size < width + 1 or at + size > len(head):
            raise Malformed("an extended header of the LHA archive has an impossible length")
        if not head[at]:
            stated = int.from_bytes(head[at + 1 : at + 3], "little")
            if _crc16(head[: at + 1] + b"\0\0" + head[at + 3 :]) != stated:
                raise Malformed("the checksum of a header of the LHA archive differs")
        at += size - width


def _crc16(data: bytes) -> int:
    """CRC-16 with the polynomial 0x8005, lowest bit first."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def length(data: Data, start: int) -> int:
    """The length of all members in a row with the zero byte behind them; more than there is when the last is cut."""
    at = start
    for _ in range(MOST_MEMBERS):
        try:
            at = header(data, at).next_at
        except Truncated:
            if at == start:
                raise
            # An archive may end without its zero byte; what stands there else is more than one byte.
            return at - start + (1 if data[at : at + 1] == b"\0" else 0)
        except Malformed:
            if at == start:
                raise
            break
        if at > len(data):
            break
    return at - start + (1 if data[at : at + 1] == b"\0" else 0)
