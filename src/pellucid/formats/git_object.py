"""Loose objects of Git (gitformat-loose, git 2.45): zlib, of a type, the length in decimal, NUL and the content."""

import re
import zlib

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import PIECE, Data

HEADER = re.compile(rb"(blob|tree|commit|tag) (0|[1-9]\d{0,11})\x00")
LONGEST_HEADER = 32
FIRST_INPUT = 256
MOST_CONTENT = 64 << 20
# What zlib writes at the levels that git is set to, and how a deflate block with a table, or the fixed one, begins.
LEVELS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
BLOCKS = tuple(first for first in range(256) if first & 6 in (2, 4))
MAGICS = tuple(level + bytes([block]) for level in LEVELS for block in BLOCKS)


class Header(msgspec.Struct, frozen=True):
    """`size` is that of the content, `at` where it begins in what is unpacked."""

    type: str
    size: int
    at: int


def header(data: Data, start: int) -> Header:
    """Raises Malformed for any other stream of zlib."""
    engine = zlib.decompressobj()
    try:
        head = engine.decompress(bytes(data[start : start + FIRST_INPUT]), LONGEST_HEADER)
    except zlib.error as error:
        raise Malformed("no stream of zlib") from error
    found = HEADER.match(head)
    if not found:
        raise Malformed("no object of Git")
    return Header(found[1].decode(), int(found[2]), found.end())


def content(data: Data, start: int) -> tuple[bytes, int]:
    """(a piece of at most 64 MiB, where the stream ends). Raises Malformed or Truncated."""
    known = header(data, start)
    if known.size > MOST_CONTENT:
        raise Malformed(f"an object of {known.size:,} bytes")
    engine = zlib.decompressobj()
    out, at = bytearray(), start
    while not engine.eof and len(out) <= known.at + known.size:
        fed = engine.unconsumed_tail or bytes(data[at : at + PIECE])
        at += 0 if engine.unconsumed_tail else len(fed)
        if not fed:
            raise Truncated("an object of Git is cut off")
        try:
            out += engine.decompress(fed, known.at + known.size + 1 - len(out))
        except zlib.error as error:
            raise Malformed("a damaged object of Git") from error
    if len(out) != known.at + known.size or not engine.eof:
        raise Malformed("an object of Git is not as long as it says")
    return bytes(out[known.at :]), at - len(engine.unused_data)
