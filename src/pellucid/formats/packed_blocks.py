"""Blocks that file systems compress one by one: zlib, xz, LZO1X, LZ4, Zstandard, without any framing of their own.

Each decompressor gives at most `most` bytes, and raises one of FAILURES.
"""

import lzma

import lz4.block
import lzallright
import zstandard

from pellucid.formats import deflate
from pellucid.formats.streams import MEMORY_LIMIT

# The library gives all that a block of LZO holds, whatever is expected: 255 times as much at most.
MOST_PACKED_LZO = (1 << 20) + (1 << 16)
FAILURES: tuple[type[Exception], ...] = (
    *deflate.FAILURES,
    lzma.LZMAError,
    lzallright.LZOError,
    lz4.block.LZ4BlockError,
    zstandard.ZstdError,
    ValueError,
    IndexError,
    EOFError,
    OverflowError,
)


def inflate(packed: bytes, most: int) -> bytes:
    """zlib (RFC 1950)."""
    engine = deflate.engine()
    unpacked = engine.decompress(packed, most)
    if not engine.eof and engine.unconsumed_tail and engine.decompress(engine.unconsumed_tail, 1):
        raise ValueError("a block is too large")
    return unpacked


def unxz(packed: bytes, most: int) -> bytes:
    """An .xz stream, also with a branch filter."""
    engine = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_LIMIT)
    unpacked = engine.decompress(packed, most)
    if not engine.eof and (engine.needs_input or engine.decompress(b"", 1)):
        raise EOFError("the stream does not end")
    return unpacked


def unlzo(packed: bytes, most: int) -> bytes:
    """One LZO1X block, as lzop and the kernel have it."""
    if len(packed) > MOST_PACKED_LZO:
        raise ValueError(f"a compressed block is larger than {MOST_PACKED_LZO:,} bytes")
    unpacked: bytes = lzallright.LZOCompressor.decompress(packed, most)
    if len(unpacked) > most:
        raise ValueError("a block is too large")
    return unpacked


def unlz4(packed: bytes, most: int) -> bytes:
    """One LZ4 block."""
    unpacked: bytes = lz4.block.decompress(packed, uncompressed_size=most)
    return unpacked


def unzstd(packed: bytes, most: int) -> bytes:
    """One Zstandard frame; what it says about its size is checked before memory is taken for it."""
    stated = zstandard.get_frame_parameters(packed).content_size
    if stated != zstandard.CONTENTSIZE_UNKNOWN and stated > most:
        raise ValueError("a block is too large")
    return _ZSTD.decompress(packed, max_output_size=most)


_ZSTD = zstandard.ZstdDecompressor()
