"""LZ4 frames (LZ4 Frame Format 1.6.4) and the legacy frames of kernels, which have no end mark."""

from struct import Struct

import lz4.block
import lz4.frame

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data, take, unpack
from pellucid.formats.streams import Unpacked, joined, through

MAGIC = b"\x04\x22\x4d\x18"
LEGACY = b"\x02\x21\x4c\x18"
LENGTH = Struct("<I")
LEGACY_BLOCK = 8 << 20
LEGACY_BOUND = LEGACY_BLOCK + LEGACY_BLOCK // 255 + 16
STORED = 1 << 31
VERSION = 1


def unpacked(data: Data, start: int) -> Unpacked:
    """All frames from `start` on, as one stream."""
    first = _any_frame(data, start)
    if first is None:
        raise Malformed("no LZ4 frame")
    return (yield from joined(first, lambda at: _any_frame(data, at)))


def _any_frame(data: Data, at: int) -> Unpacked | None:
    magic = data[at : at + 4]
    if magic == MAGIC:
        return _frame(data, at)
    return _legacy(data, at) if magic == LEGACY else None


def _frame(data: Data, start: int) -> Unpacked:
    end = _past_frame(data, start)
    try:
        yield from through(lz4.frame.LZ4FrameDecompressor(), data, start, end)
    except Truncated:
        if end <= len(data):
            raise Malformed("the frame ends before its content does") from None
        raise
    return end


def _past_frame(data: Data, start: int) -> int:
    """Where the frame at `start` ends, by its block headers; beyond the data when it is cut off."""
    flags, largest = take(data, start + 4, 2)
    if flags >> 6 != VERSION or flags & 2 or largest & 0x8F or largest >> 4 < 4:
        raise Malformed("no LZ4 frame header")
    limit = 1 << (8 + 2 * (largest >> 4))
    at = start + 7 + (8 if flags & 8 else 0) + (4 if flags & 1 else 0)
    checksum = 4 if flags & 16 else 0
    while at + 4 <= len(data):
        (size,) = unpack(LENGTH, data, at)
        if not size:
            return at + 4 + (4 if flags & 4 else 0)
        if size & ~STORED > limit:
            raise Malformed("a block is larger than its frame allows")
        at += 4 + (size & ~STORED) + checksum
    return max(at, len(data) + 1)


def _legacy(data: Data, start: int) -> Unpacked:
    """Blocks of 8 MiB, the last one shorter; what does not unpack any more lies after the end."""
    at = start + 4
    while at + 4 <= len(data):
        (size,) = unpack(LENGTH, data, at)
        if not 0 < size <= LEGACY_BOUND:
            break
        if at + 4 + size > len(data):
            if at == start + 4:
                raise Truncated("the first block is cut off")
            break
        try:
            block = lz4.block.decompress(data[at + 4 : at + 4 + size], uncompressed_size=LEGACY_BLOCK)
        except (lz4.block.LZ4BlockError, ValueError, OverflowError) as error:
            if at == start + 4:
                raise Malformed(f"the compressed data is damaged: {error}") from None
            break
        at += 4 + size
        yield block
        if len(block) < LEGACY_BLOCK:
            break
    if at == start + 4:
        raise Malformed("a legacy LZ4 frame without blocks")
    return at
