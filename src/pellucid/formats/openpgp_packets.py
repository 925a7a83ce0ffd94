"""The packets of OpenPGP (RFC 9580, 4): bare, in ASCII armour, and in the key boxes of GnuPG."""

import base64
import binascii
import re
from collections.abc import Iterator
from enum import IntEnum
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data, take, unpack

LENGTH, SHORT = Struct(">I"), Struct(">H")
BLOB = Struct(">IBBHII")
KEYBOX, KEYBOX_AT, OPENPGP_BLOB = b"KBXf", 8, 2
MOST_PACKETS = 100_000
LONGEST_PACKET = 1 << 20
LONGEST_ARMOUR = 1 << 20
_BEGIN = re.compile(rb"-----BEGIN (PGP (?:PUBLIC|PRIVATE) KEY BLOCK)-----[ \t]*(?=[\r\n\\])")
_LINE_END = re.compile(rb"(?:\r\n|\n|\r|\\r\\n|\\n)[ \t]*")
_HEADER = re.compile(rb"[A-Za-z]+: ")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


class Tag(IntEnum):
    """Kinds of packets (RFC 9580, 5)."""

    SIGNATURE = 2
    SECRET_KEY = 5
    PUBLIC_KEY = 6
    SECRET_SUBKEY = 7
    USER_ID = 13
    PUBLIC_SUBKEY = 14


class Packet(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is where it begins; `tag` may be one that `Tag` does not have."""

    tag: int
    at: int
    body: bytes


def packets(data: Data, offset: int = 0, end: int | None = None) -> Iterator[Packet]:
    """The packets from `offset` on. Raises Malformed where they cannot be read any further."""
    limit = len(data) if end is None else min(end, len(data))
    for _ in range(MOST_PACKETS):
        if offset >= limit:
            return
        tag, at, length = _header(data, offset)
        if at + length > limit:
            raise Truncated("an OpenPGP packet is cut off")
        yield Packet(tag=tag, at=offset, body=take(data, at, length))
        offset = at + length


def dearmoured(data: Data, offset: int) -> tuple[bytes, int]:
    """(packets, where the armour ends) of the armour whose BEGIN line stands at `offset`. Raises Malformed."""
    text = bytes(data[offset : offset + LONGEST_ARMOUR])
    begin = _BEGIN.match(text)
    closing = text.find(b"-----END " + begin[1] + b"-----", begin.end()) if begin else -1
    if begin is None or closing < 0:
        raise Malformed("no OpenPGP armour")
    body = list[bytes]()
    for raw in _LINE_END.split(text[begin.end() : closing]):
        line = raw.strip()
        if line.startswith(b"=") and body:
            break  # a checksum
        if not line or (not body and _HEADER.match(line)):
            continue
        if not _BASE64.fullmatch(line):
            raise Malformed("OpenPGP armour that is not Base64")
        body.append(line)
    try:
        decoded = base64.b64decode(b"".join(body), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"OpenPGP armour that is not Base64: {error}") from error
    return decoded, offset + closing + len(begin[1]) + 14


def boxed(data: Data) -> Iterator[tuple[int, int]]:
    """(start, end) of the packets of each key in a key box (GnuPG, kbx/keybox-blob.c). Raises Malformed."""
    at = 0
    for _ in range(MOST_PACKETS):
        if at >= len(data):
            return
        length, kind, _, _, start, size = unpack(BLOB, data, at)
        if length < BLOB.size:
            raise Malformed("a blob of a key box has an impossible length")
        if kind == OPENPGP_BLOB and start + size <= length:
            yield at + start, at + start + size
        at += length


def _header(data: Data, offset: int) -> tuple[int, int, int]:
    """(tag, where the body begins, its length)."""
    first = take(data, offset, 1)[0]
    if not first & 0x80:
        raise Malformed("no OpenPGP packet")
    if first & 0x40:
        tag, at, length = first & 0x3F, *_new_length(data, offset + 1)
    else:
        size = 1 << (first & 3)
        if size == 8:
            raise Malformed("an OpenPGP packet without a length")
        tag, at = first >> 2 & 0xF, offset + 1 + size
        length = int.from_bytes(take(data, offset + 1, size), "big")
    if length > LONGEST_PACKET:
        raise Malformed("an OpenPGP packet is too long")
    return tag, at, length


def _new_length(data: Data, at: int) -> tuple[int, int]:
    first = take(data, at, 1)[0]
    if first < 192:
        return at + 1, first
    if first < 224:
        return at + 2, ((first - 192) << 8) + take(data, at + 1, 1)[0] + 192
    if first == 255:
        return at + 5, unpack(LENGTH, data, at + 1)[0]
    raise Malformed("a part of an OpenPGP packet")
