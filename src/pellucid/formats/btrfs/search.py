"""The trees of btrfs: items found by their keys. Nodes are checked so that none is met twice on the way."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.btrfs.superblock import CHUNK_ITEM, Chunks, Superblock
from pellucid.formats.span import Data, take

HEADER = Struct("<48xQ40xIB")
HEADER_SIZE = HEADER.size
ITEM, POINTER = Struct("<QBQ2I"), Struct("<QBQQ8x")
HIGHEST: tuple[int, ...] = (1 << 64, 0, 0)
DEEPEST = 7
KEPT = 512
FIRST_CHUNK_TREE = 256
Key = tuple[int, ...]
"""(object, type, offset)"""
Root = tuple[int, int]
"""(logical address, level)"""


class Parsed(msgspec.Struct, frozen=True):
    """A node: rows begin with their keys; those of a leaf end with offset and size of the item in `block`."""

    level: int
    rows: list[tuple[int, ...]]
    block: bytes


class Search:
    """Items of all trees."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._data = data
        self._size = superblock.node
        self._nodes: dict[int, Parsed] = {}
        self.chunks = Chunks(superblock)
        first, last = (FIRST_CHUNK_TREE, CHUNK_ITEM, 0), (FIRST_CHUNK_TREE, CHUNK_ITEM, 1 << 64)
        for key, item in self.items(superblock.chunk_root, first, last):
            self.chunks.add(key[2], item)

    def items(self, root: Root, first: Key, last: Key) -> Iterator[tuple[Key, bytes]]:
        """All items with keys from `first` to `last`, ascending."""
        if root[1] > DEEPEST:
            raise Malformed("a tree of btrfs is too deep")
        waiting: list[tuple[int, int, Key, Key]] = [(*root, (0, 0, 0), HIGHEST)]
        while waiting:
            address, level, least, limit = waiting.pop()
            node = self._node(address, level)
            rows = node.rows
            if not rows:
                continue
            if rows[0][:3] < least or rows[-1][:3] >= limit:
                raise Malformed("a tree of btrfs is damaged")
            if not level:
                for row in rows[bisect_left(rows, first) :]:
                    if row[:3] > last:
                        return
                    at = HEADER_SIZE + row[3]
                    yield row[:3], node.block[at : at + row[4]]
                continue
            begin = max(bisect_right(rows, (*first, 1 << 64)) - 1, 0)
            end = bisect_right(rows, (*last, 1 << 64))
            for index in reversed(range(begin, end)):
                row = rows[index]
                above = rows[index + 1][:3] if index + 1 < len(rows) else limit
                waiting.append((row[3], level - 1, row[:3], above))

    def _node(self, address: int, level: int) -> Parsed:
        known = self._nodes.get(address)
        if known is None:
            known = self._read(address)
            if len(self._nodes) >= KEPT:
                del self._nodes[next(iter(self._nodes))]
            self._nodes[address] = known
        if known.level != level:
            raise Malformed("a tree of btrfs is damaged")
        return known

    def _read(self, address: int) -> Parsed:
        """The first copy of a node that is whole."""
        failure: Malformed = Malformed("a node of btrfs is damaged")
        for at in self.chunks.places(address, self._size):
            try:
                return _parsed(take(self._data, at, self._size), address)
            except Malformed as error:
                failure = error
        raise failure


def _parsed(block: bytes, address: int) -> Parsed:
    stated, count, level = HEADER.unpack_from(block)
    layout = POINTER if level else ITEM
    end = HEADER_SIZE + count * layout.size
    if stated != address or end > len(block) or level > DEEPEST:
        raise Malformed("a node of btrfs is damaged")
    rows: list[tuple[int, ...]] = list(layout.iter_unpack(block[HEADER_SIZE:end]))
    if any(row[:3] >= following[:3] for row, following in pairwise(rows)):
        raise Malformed("a node of btrfs is damaged")
    if not level and any(HEADER_SIZE + row[3] + row[4] > len(block) for row in rows):
        raise Truncated("an item of btrfs is cut off")
    return Parsed(level, rows, block)
