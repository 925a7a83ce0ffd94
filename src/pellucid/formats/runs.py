"""Runs: neighbouring blocks of a file, which block file systems list so that long files need few numbers."""

from collections.abc import Callable, Iterable, Iterator

from pellucid.errors import Malformed
from pellucid.formats.span import Chunk, Data, pieces, zeros

Run = tuple[int, int, int]
"""(first block in the file, first block on the disk, number of blocks)"""


def joined(blocks: Iterable[tuple[int, int]]) -> Iterator[Run]:
    """Runs of single blocks, each (in the file, on the disk), in order."""
    first, begin, count = 0, 0, 0
    for logical, physical in blocks:
        if count and logical == first + count and physical == begin + count:
            count += 1
            continue
        if count:
            yield first, begin, count
        first, begin, count = logical, physical, 1
    if count:
        yield first, begin, count


def content(
    data: Data, runs: Iterable[Run], *, block: int, size: int, place: Callable[[int, int], int]
) -> Iterator[Chunk]:
    """The `size` bytes of a file in pieces of up to 1 MiB; what no run covers, or one from block 0, is zeros.

    `place` gives the offset in `data` of that many blocks from one on the disk; Malformed when
    they lie outside.
    """
    position = 0
    for logical, physical, count in runs:
        start = logical * block
        if start < position:
            raise Malformed("the blocks of a file overlap")
        yield from zeros(min(start, size) - position)
        position = min(start, size)
        length = min(count * block, size - position)
        if length <= 0:
            break
        yield from pieces(data, place(physical, count), length) if physical else zeros(length)
        position += length
    yield from zeros(size - position)
