"""xz streams (The .xz File Format 1.2): one after the other, with padding between."""

import lzma

from pellucid.formats.span import Data
from pellucid.formats.streams import MEMORY_LIMIT, Unpacked, joined, through

MAGIC = b"\xfd7zXZ\0"
MOST_PADDING = 1 << 16


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
