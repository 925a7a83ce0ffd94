"""Which part of a compressed file stands where: the indexes of EROFS, full and compact, read as extents."""

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.erofs.inode import FULL_INDEX, Inode
from pellucid.formats.erofs.superblock import Superblock
from pellucid.formats.span import Data, take, unpack

HEADER = Struct("<IH2B")
TWO_BYTE_INDEXES, BIG_FIRST, BIG_SECOND, INLINE_TAIL, INTERLACED, FRAGMENT = 1, 2, 4, 8, 16, 32
WHOLE_FRAGMENT = 1 << 63
FULL = Struct("<2HI")
FULL_BEFORE = 8
PARTIAL = 1 << 15
PLAIN, FIRST, CONTINUED, SECOND = range(4)
BLOCK_COUNT = 1 << 11
AT_ONCE = 4096
PAIR = Struct("<2HI")
PACK, PACKED_IN_ONE, PACKED_BITS = 32, 16, 14
# Ways to keep an extent besides the compressors, which count from 0.
SHIFTED, ROTATED, IN_PACKED = -1, -2, -3
Index = tuple[int, int, int, bool]
"""(kind; where its extent begins in the cluster; its block, or for CONTINUED the number of blocks; partial)"""


class Extent(NamedTuple):
    """`length` bytes of the file from `start` come out of `packed` bytes at `position`, by `method`.

    `position` counts from the start of the file system; for IN_PACKED, in the inode that holds fragments. With
    `partial`, more comes out than belongs to the file.
    """

    start: int
    length: int
    position: int
    packed: int
    method: int
    partial: bool = False


class Map(msgspec.Struct, frozen=True, kw_only=True):
    """What stands before the indexes. `bits`: the size of a logical cluster."""

    advice: int
    methods: tuple[int, int]
    bits: int
    low: int
    base: int
    clusters: int
    compact: bool


def extents(data: Data, superblock: Superblock, inode: Inode) -> Iterator[Extent]:
    """The extents of a compressed file, in order and without gaps."""
    at = -(-inode.end // 8) * 8
    low, advice, methods, cluster = unpack(HEADER, data, at)
    whole = int.from_bytes(take(data, at, 8), "little")
    if not inode.size:
        return
    if whole & WHOLE_FRAGMENT:
        yield Extent(0, inode.size, whole ^ WHOLE_FRAGMENT, 0, IN_PACKED)
        return
    bits = superblock.bits + (cluster & 7)
    compact = inode.layout != FULL_INDEX
    found = Map(
        advice=advice,
        methods=(methods & 15, methods >> 4),
        bits=bits,
        low=low,
        base=at + HEADER.size + (0 if compact else FULL_BEFORE),
        clusters=(inode.size + (1 << bits) - 1) >> bits,
        compact=compact,
    )
    yield from _joined(data, superblock, found, inode.size)


def _joined(data: Data, superblock: Superblock, found: Map, size: int) -> Iterator[Extent]:
    """From each head to the next one."""
    head: tuple[int, Index] | None = None
    blocks, start, head_at = 0, 0, -1
    for number, index in enumerate(_indexes(data, found)):
        kind, offset, value, _ = index
        if kind == CONTINUED:
            if number == head_at + 1:
                blocks = value
            continue
        begin = (number << found.bits) + offset
        if offset >= 1 << found.bits or (begin and head is None):
            raise Malformed("the indexes of a compressed file are damaged")
        if begin >= size and head:
            break
        if head:
            if begin <= start:
                raise Malformed("the extents of a compressed file overlap")
            yield _extent(superblock, found, head, blocks, begin)
        head, blocks, start, head_at = (begin, index), 0, begin, number
    if head is None:
        raise Malformed("a compressed file has no extents")
    yield _tail(found, head, _extent(superblock, found, head, blocks, size))


def _extent(superblock: Superblock, found: Map, head: tuple[int, Index], blocks: int, end: int) -> Extent:
    start, (kind, _, block, partial) = head
    big = found.advice & (BIG_FIRST if kind == FIRST else BIG_SECOND)
    packed = blocks << superblock.bits if blocks and big and kind != PLAIN else 1 << found.bits
    stored = ROTATED if found.advice & INTERLACED else SHIFTED
    method = stored if kind == PLAIN else found.methods[kind == SECOND]
    return Extent(start, end - start, block << superblock.bits, packed, method, partial)


def _tail(found: Map, head: tuple[int, Index], extent: Extent) -> Extent:
    """The last extent, which may stand behind the indexes or among the fragments."""
    if found.advice & INLINE_TAIL:
        return extent._replace(position=_end_of_indexes(found), packed=found.low >> 16)
    if found.advice & FRAGMENT:
        high = 0 if found.compact else head[1][2] << 32
        return extent._replace(position=high | found.low, method=IN_PACKED)
    return extent


def _indexes(data: Data, found: Map) -> Iterator[Index]:
    if not found.compact:
        yield from _full(data, found)
        return
    if found.bits > 14:
        raise Unsupported("compact indexes with clusters of more than 16 KiB")
    first, middle, last = _regions(found)
    at = found.base
    yield from _pairs(data, found, at, first)
    at += 4 * first
    yield from _packs(data, found, at, middle)
    at += 2 * middle
    yield from _pairs(data, found, at, last)


def _regions(found: Map) -> tuple[int, int, int]:
    """How many compact indexes have four bytes each, then two, then four again."""
    first = (-found.base % PACK) // 4
    if not found.advice & TWO_BYTE_INDEXES or first >= found.clusters:
        return found.clusters, 0, 0
    middle = (found.clusters - first) // PACKED_IN_ONE * PACKED_IN_ONE
    return first, middle, found.clusters - first - middle


def _end_of_indexes(found: Map) -> int:
    if not found.compact:
        return found.base + FULL.size * found.clusters
    first, middle, last = _regions(found)
    return found.base + 4 * (first + first % 2) + 2 * middle + 4 * (last + last % 2)


def _full(data: Data, found: Map) -> Iterator[Index]:
    for begin in range(0, found.clusters, AT_ONCE):
        count = min(AT_ONCE, found.clusters - begin)
        raw = take(data, found.base + FULL.size * begin, FULL.size * count)
        for advice, offset, value in FULL.iter_unpack(raw):
            kind = advice & 3
            if kind == CONTINUED:
                yield kind, 0, value & (BLOCK_COUNT - 1) if value & BLOCK_COUNT else 0, False
            else:
                yield kind, offset, value, bool(advice & PARTIAL)


def _pairs(data: Data, found: Map, at: int, count: int) -> Iterator[Index]:
    """Packs of two indexes of 16 bits, and the block before the first of them."""
    for begin in range(0, count, AT_ONCE):
        step = min(AT_ONCE, count - begin)
        raw = take(data, at + 4 * begin, 4 * (step + step % 2))
        for number, (one, two, block) in enumerate(PAIR.iter_unpack(raw)):
            yield from _unpacked(found, (one, two)[: step - 2 * number], block)


def _packs(data: Data, found: Map, at: int, count: int) -> Iterator[Index]:
    """Packs of sixteen indexes of 14 bits."""
    if count and max(found.bits, 12) != 12:
        raise Malformed("indexes of two bytes with clusters of more than 4 KiB")
    mask = (1 << PACKED_BITS) - 1
    shifts = range(0, PACKED_IN_ONE * PACKED_BITS, PACKED_BITS)
    for begin in range(at, at + 2 * count, PACK):
        raw = take(data, begin, PACK)
        value = int.from_bytes(raw[:-4], "little")
        yield from _unpacked(found, [value >> shift & mask for shift in shifts], int.from_bytes(raw[-4:], "little"))


def _unpacked(found: Map, values: list[int] | tuple[int, ...], block: int) -> Iterator[Index]:
    """The indexes of one pack: the blocks of its heads follow each other."""
    bits = max(found.bits, 12)
    mask, big = (1 << bits) - 1, found.advice & BIG_FIRST
    block += 0 if big else 1
    after_head = False
    for value in values:
        low, kind = value & mask, value >> bits & 3
        if kind != CONTINUED:
            yield kind, low, block, False
            block += 1
        elif big and low & BLOCK_COUNT:
            count = low & (BLOCK_COUNT - 1)
            block += count - after_head
            yield kind, 0, count, False
        else:
            yield kind, 0, 0, False
        after_head = kind != CONTINUED
