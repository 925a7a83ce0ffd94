"""Physical clusters of EROFS: what one extent is unpacked from. What comes out is bounded by the extent."""

import lzma
import zlib
from collections.abc import Callable

import lz4.block
import zstandard

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.erofs.extents import ROTATED, SHIFTED, Extent
from pellucid.formats.erofs.superblock import PADDED_IN_FRONT, Superblock
from pellucid.formats.span import Data, take

LARGEST_PACKED = 1 << 20
LARGEST = 64 << 20
SMALLEST_DICTIONARY = 4096
UNKNOWN_SIZE = (1 << 64) - 1
LEAST_MATCH = 4
FAILURES = (zlib.error, lzma.LZMAError, lz4.block.LZ4BlockError, zstandard.ZstdError, ValueError, EOFError)


def unpack(data: Data, superblock: Superblock, extent: Extent) -> bytes:
    """Exactly the bytes of `extent`; raises Malformed. Not for extents that stand among the fragments."""
    if not 0 < extent.packed <= LARGEST_PACKED or not 0 < extent.length <= LARGEST:
        raise Malformed("a compressed cluster has an impossible size")
    raw = bytes(take(data, extent.position, extent.packed))
    if extent.method in (SHIFTED, ROTATED):
        return _stored(superblock, extent, raw)
    method = METHODS.get(extent.method)
    if method is None:
        raise Unsupported(f"the compression method {extent.method} of EROFS is not known")
    if superblock.features & PADDED_IN_FRONT:
        raw = raw.lstrip(b"\0")
    elif method is _lz4:
        raw = raw[: _lz4_end(raw, extent.length)]
    most = min(LARGEST, 255 * len(raw)) if extent.partial and method is _lz4 else extent.length
    try:
        unpacked = method(raw, most)[: extent.length]
    except FAILURES as error:
        raise Malformed(f"a compressed cluster is damaged: {str(error)[:100]}") from None
    if len(unpacked) != extent.length:
        raise Malformed("a compressed cluster is too short")
    return unpacked


def _stored(superblock: Superblock, extent: Extent, raw: bytes) -> bytes:
    """Bytes kept as they are; a rotated block begins where its first byte stands in a block of the file."""
    if extent.length > len(raw):
        raise Malformed("a stored cluster is too short")
    size = superblock.block_size
    if extent.method == SHIFTED or len(raw) < size:
        return raw[: extent.length]
    turned = extent.start % size
    right = min(extent.length, size - turned)
    return raw[turned : turned + right] + raw[: extent.length - right]


def _lz4(packed: bytes, most: int) -> bytes:
    unpacked: bytes = lz4.block.decompress(packed, uncompressed_size=most)
    return unpacked


def _lzma(packed: bytes, most: int) -> bytes:
    """MicroLZMA: the first byte, which is always zero in LZMA, holds the properties, inverted."""
    if not packed:
        raise EOFError("nothing is there")
    dictionary = max(most, SMALLEST_DICTIONARY)
    header = bytes([packed[0] ^ 0xFF]) + dictionary.to_bytes(4, "little") + UNKNOWN_SIZE.to_bytes(8, "little")
    return lzma.LZMADecompressor(lzma.FORMAT_ALONE).decompress(header + b"\0" + packed[1:], most)


def _deflate(packed: bytes, most: int) -> bytes:
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most)


def _zstd(packed: bytes, most: int) -> bytes:
    """One frame, which may be longer than what is wanted of it."""
    reader = zstandard.ZstdDecompressor(max_window_size=LARGEST).stream_reader(packed)
    unpacked: bytes = reader.read(most)
    return unpacked


METHODS: dict[int, Callable[[bytes, int], bytes]] = {0: _lz4, 1: _lzma, 2: _deflate, 3: _zstd}


def _lz4_end(packed: bytes, length: int) -> int:
    """Where an LZ4 block of `length` bytes ends: images for Linux before 5.3 do not say it."""
    at, done, end = 0, 0, len(packed)
    while at < end:
        token = packed[at]
        at += 1
        literals, at = _extended(packed, at, token >> 4)
        at += literals
        done += literals
        if done >= length:
            return at
        at += 2
        match, at = _extended(packed, at, token & 15)
        done += match + LEAST_MATCH
    return end


def _extended(packed: bytes, at: int, size: int) -> tuple[int, int]:
    """A length that goes on in the bytes that follow when its four bits are all set."""
    if size < 15:
        return size, at
    while at < len(packed):
        more = packed[at]
        size, at = size + more, at + 1
        if more != 255:
            break
    return size, at
