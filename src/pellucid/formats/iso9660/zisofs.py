"""Files that a disc holds compressed (zisofs, H. P. Anvin, "doc/zisofs_format.txt" of libisofs)."""

import zlib
from collections.abc import Iterator
from itertools import pairwise
from struct import Struct, iter_unpack

from pellucid.errors import Malformed
from pellucid.formats.span import Chunk, Data, take, unpack, zeros

MAGIC = bytes.fromhex("37e45396c9dbd607")
HEADER = Struct("<8sIBB")
BLOCK_BITS = (15, 16, 17)


def unpacked(data: Data, at: int, size: int) -> Iterator[Chunk]:
    """The content of the compressed file of `size` bytes at `at`."""
    magic, total, words, bits = unpack(HEADER, data, at)
    if magic != MAGIC or bits not in BLOCK_BITS:
        raise Malformed("no header of a compressed file")
    block = 1 << bits
    table = take(data, at + words * 4, (-(-total // block) + 1) * 4)
    pointers = [pointer for (pointer,) in iter_unpack("<I", table)]
    for number, (begin, end) in enumerate(pairwise(pointers)):
        expected = min(block, total - number * block)
        if not begin <= end <= size:
            raise Malformed("a block of a compressed file lies outside of it")
        if begin == end:
            yield from zeros(expected)
            continue
        try:
            piece = zlib.decompressobj().decompress(take(data, at + begin, end - begin), expected)
        except zlib.error as error:
            raise Malformed(f"a block of a compressed file is damaged: {error}") from None
        if len(piece) != expected:
            raise Malformed("a block of a compressed file is too short")
        yield piece
