"""LZO1X blocks as the Linux kernel stores them, without any framing (Linux, Documentation/staging/lzo.rst)."""

import lzallright

LZOError: type[Exception] = lzallright.LZOError
# The library gives all that a block holds, whatever is expected: 255 times as much at most.
MOST_PACKED = (1 << 20) + (1 << 16)


def unlzo(packed: bytes, most: int) -> bytes:
    """One block of at most `most` bytes; raises LZOError or ValueError."""
    if len(packed) > MOST_PACKED:
        raise ValueError(f"a compressed block is larger than {MOST_PACKED:,} bytes")
    unpacked: bytes = lzallright.LZOCompressor.decompress(packed, most)
    if len(unpacked) > most:
        raise ValueError("a block is too large")
    return unpacked
