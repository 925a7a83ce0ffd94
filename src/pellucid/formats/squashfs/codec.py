"""Decompressors of squashfs blocks. The first block tells which LZMA framing a vendor used; output is bounded."""

import lzma
import zlib
from collections.abc import Callable
from struct import Struct

import lz4.block
import lzallright
import zstandard

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.streams import MEMORY_LIMIT

Decompress = Callable[[bytes, int], bytes]
"""(packed, most) -> unpacked, at most `most` bytes; raises one of FAILURES."""

FAILURES = (
    zlib.error,
    lzma.LZMAError,
    lzallright.LZOError,
    lz4.block.LZ4BlockError,
    zstandard.ZstdError,
    ValueError,
    EOFError,
    OverflowError,
)
ALONE = Struct("<BIQ")
UNKNOWN_SIZE = (1 << 64) - 1
VENDOR_PROPERTIES = 0x5D
VENDOR_DICTIONARY = 1 << 20


def inflate(packed: bytes, most: int) -> bytes:
    """zlib (RFC 1950)."""
    engine = zlib.decompressobj()
    unpacked = engine.decompress(packed, most)
    if not engine.eof and engine.unconsumed_tail and engine.decompress(engine.unconsumed_tail, 1):
        raise ValueError("a block is too large")
    return unpacked


def unxz(packed: bytes, most: int) -> bytes:
    """An .xz stream, also with a branch filter."""
    return _whole(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_LIMIT), packed, most)


def unlzma(packed: bytes, most: int) -> bytes:
    """A stream with the 13-byte header of lzma-utils."""
    return _whole(lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY_LIMIT), packed, most)


def unlzma_short(packed: bytes, most: int) -> bytes:
    """A raw stream behind its five bytes of properties, without a size."""
    return _headless(packed[:5], packed[5:], most)


def unlzma_bare(packed: bytes, most: int) -> bytes:
    """A raw stream with the usual properties, which stand nowhere."""
    return _headless(ALONE.pack(VENDOR_PROPERTIES, VENDOR_DICTIONARY, 0)[:5], packed, most)


def unlzo(packed: bytes, most: int) -> bytes:
    """One LZO1X block, as lzop and the kernel have it."""
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


NAMES = {1: "gzip", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"}
STATED: dict[int, Decompress] = {1: inflate, 2: unlzma, 3: unlzo, 4: unxz, 5: unlz4, 6: unzstd}
OTHERS: tuple[Decompress, ...] = (inflate, unxz, unlzma, unlzma_short, unlzma_bare)
_ZSTD = zstandard.ZstdDecompressor()


class Codec:
    """The compressor that a superblock names, or whichever of the others reads the first block."""

    def __init__(self, compressor: int) -> None:
        if compressor not in STATED:
            raise Unsupported(f"compressor {compressor} of squashfs is not known")
        self.decompress = STATED[compressor]
        self._settled = False

    def __call__(self, packed: bytes, most: int) -> bytes:
        """Unpack one block; raises Malformed."""
        try:
            unpacked = self.decompress(packed, most)
        except FAILURES as error:
            if not self._settled and (found := self._guess(packed, most)):
                return found
            raise Malformed(f"a compressed block is damaged: {str(error)[:100]}") from None
        self._settled = True
        return unpacked

    def _guess(self, packed: bytes, most: int) -> bytes:
        for candidate in OTHERS:
            try:
                unpacked = candidate(packed, most)
            except FAILURES:
                continue
            if unpacked:
                self.decompress, self._settled = candidate, True
                return unpacked
        return b""


def _whole(engine: lzma.LZMADecompressor, packed: bytes, most: int) -> bytes:
    unpacked = engine.decompress(packed, most)
    if not engine.eof and (engine.needs_input or engine.decompress(b"", 1)):
        raise EOFError("the stream does not end")
    return unpacked


def _headless(properties: bytes, packed: bytes, most: int) -> bytes:
    """As much as comes out of a raw stream that does not say how long it is."""
    engine = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY_LIMIT)
    return engine.decompress(properties + UNKNOWN_SIZE.to_bytes(8, "little") + packed, most)
