"""The blocks of files in cramfs, with their holes and the extended pointers of Linux 4.15."""

import zlib
from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats.span import Chunk, Data, take, unpack, zeros

STORED, DIRECT = 1 << 31, 1 << 30
DIRECT_SHIFT = 2
PLACE = DIRECT - 1
# A block is as large as a page of the machine that made the image; nothing says how large that is.
SIZES = (4096, 8192, 16384, 32768, 65536)
AT_ONCE = 4096


class Blocks:
    """Reads files of one file system. The size of a block is found out from the first file that tells it."""

    def __init__(self, data: Data, order: str, *, pointers: bool) -> None:
        self._data = data
        self._order = order
        self._extended = pointers
        self._word, self._short = Struct(f"{order}I"), Struct(f"{order}H")
        self._size = 0

    def content(self, at: int, size: int) -> Iterator[Chunk]:
        """The `size` bytes of the file whose block pointers stand at `at`."""
        if not size:
            return
        block_size = self._size or self._find_size(at, size)
        count = -(-size // block_size)
        end, left = at + 4 * count, size
        for pointer in self._pointers(at, count):
            wanted = min(block_size, left)
            begin, length, end, stored = self._place(pointer, end, block_size, wanted)
            left -= wanted
            if not length:
                yield from zeros(wanted)
                continue
            if not 0 < length <= 2 * block_size:
                raise Malformed("a block has an impossible size")
            raw = take(self._data, begin, length)
            block = raw if stored else _inflate(raw, wanted)
            yield block[:wanted]
            yield from zeros(wanted - len(block[:wanted]))

    def _place(self, pointer: int, previous: int, block_size: int, wanted: int) -> tuple[int, int, int, bool]:
        """Begin, length and end of a block, and whether it is stored as it is."""
        if not self._extended:
            return previous, pointer - previous, pointer, False
        stored = bool(pointer & STORED)
        if not pointer & DIRECT:
            end = pointer & PLACE
            return previous, end - previous, end, stored
        begin = (pointer & PLACE) << DIRECT_SHIFT
        if stored:
            return begin, wanted, begin + block_size, True
        (length,) = unpack(self._short, self._data, begin)
        return begin + self._short.size, length, begin + self._short.size + length, False

    def _pointers(self, at: int, count: int) -> Iterator[int]:
        for begin in range(0, count, AT_ONCE):
            raw = take(self._data, at + 4 * begin, 4 * min(AT_ONCE, count - begin))
            yield from (pointer for (pointer,) in self._word.iter_unpack(raw))

    def _find_size(self, at: int, size: int) -> int:
        """The size of a block with which the first block of a file comes out whole; remembered when it is sure."""
        if size <= SIZES[0] or self._extended:
            return SIZES[0]
        for block_size in SIZES:
            begin = at + 4 * -(-size // block_size)
            (end,) = unpack(self._word, self._data, at)
            if not begin < end <= begin + 2 * block_size:
                continue
            try:
                whole = len(_inflate(take(self._data, begin, end - begin), block_size)) == min(size, block_size)
            except Malformed:
                continue
            if whole:
                self._size = block_size if size > block_size else 0
                return block_size
        return SIZES[0]


def _inflate(packed: bytes, most: int) -> bytes:
    engine = zlib.decompressobj()
    try:
        unpacked = engine.decompress(packed, most)
    except zlib.error as error:
        raise Malformed(f"a block is damaged: {error}") from None
    if not unpacked or (len(unpacked) < most and not engine.eof):
        raise Malformed("a block is cut off")
    return unpacked
