"""LZO1X blocks as the Linux kernel stores them, without any framing (Linux, Documentation/staging/lzo.rst)."""

import lzallright

LZOError: type[Exception] = lzallright.LZOError


def unlzo(packed: bytes, most: int) -> bytes:
    """One block of at most `most` bytes; raises LZOError or ValueError."""
    unpacked: bytes = lzallright.LZOCompressor.decompress(packed, most)
    if len(unpacked) > most:
        raise ValueError("a block is too large")
    return unpacked
