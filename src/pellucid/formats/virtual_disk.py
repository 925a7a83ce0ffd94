"""The raw content of a virtual disk, put together from the pieces that are allocated of it."""

from collections.abc import Iterable, Iterator
from itertools import islice

from pellucid.errors import Malformed
from pellucid.formats.span import Chunk, Data, pieces, zeros

# Where nothing is allocated at the end of a disk, zeros are given only if hashing them takes no more than a second or
# two: a disk of terabytes that holds nothing costs nothing, one of an appliance is whole.
MOST_TAIL = 2 << 30

Block = tuple[int, int, int]
"""(offset on the disk, offset in the file, length) of what is stored as it is."""
Extent = tuple[int, int, Iterable[Chunk]]
"""(offset on the disk, length, its bytes, which may raise Malformed midway)."""
Extents = Iterable[Extent | Malformed]
"""In ascending order; a Malformed says what could not be read, the rest follows."""


def content(extents: Extents, size: int) -> Iterator[Chunk]:
    """A disk of `size` bytes, from extents in ascending order; holes become zeros, up to the last extent.

    What cannot be read becomes zeros too; a Malformed at the end tells of the first such place.
    """
    failures, position = list[Malformed](), 0
    try:
        for extent in extents:
            if isinstance(extent, Malformed):
                failures.append(extent)
                continue
            offset, length, chunks = extent
            if offset < position:
                failures.append(Malformed(f"what is at offset {offset} of the disk is there twice"))
                continue
            if offset >= size:
                break
            yield from zeros(offset - position)
            position = min(offset + length, size)
            yield from _whole(chunks, position - offset, failures)
    except Malformed as error:
        failures.append(error)
    if position and size - position <= MOST_TAIL:
        yield from zeros(size - position)
    if failures:
        others = f" ({len(failures)} places cannot be read)" if len(failures) > 1 else ""
        raise type(failures[0])(failures[0].message + others)


def stored(data: Data, blocks: Iterable[Block]) -> Iterator[Extent]:
    """Extents of `data` that are stored as they are; neighbours become one."""
    waiting = iter(blocks)
    for begin, at, length in islice(waiting, 1):
        start, source, total = begin, at, length
        for offset, place, size in waiting:
            if offset == start + total and place == source + total:
                total += size
                continue
            yield start, total, pieces(data, source, total)
            start, source, total = offset, place, size
        yield start, total, pieces(data, source, total)


def _whole(chunks: Iterable[Chunk], length: int, failures: list[Malformed]) -> Iterator[Chunk]:
    """Exactly `length` bytes."""
    left = length
    try:
        for chunk in chunks:
            part = chunk[:left]
            left -= len(part)
            yield part
            if not left:
                return
    except Malformed as error:
        failures.append(error)
    yield from zeros(left)
