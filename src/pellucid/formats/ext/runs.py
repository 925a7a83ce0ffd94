"""Where the bytes of a file lie: extents of ext4, block numbers of ext2 and ext3, holes of both."""

from collections.abc import Iterable, Iterator
from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats import runs as file_runs
from pellucid.formats.ext.inode import EXTENTS, Inode
from pellucid.formats.ext.superblock import Superblock
from pellucid.formats.runs import Run
from pellucid.formats.span import Chunk, Data, take

EXTENT_MAGIC = 0xF30A
HEADER = Struct("<4HI")
LEAF = Struct("<I2HI")
INDEX = Struct("<2IH2x")
DEEPEST = 5
MOST_NODES = 1 << 18
INITIALISED = 1 << 15
DIRECT = 12
_NUMBERS = Struct("<15I")


def content(data: Data, superblock: Superblock, inode: Inode) -> Iterator[Chunk]:
    """The bytes of a file, holes as zeros, in pieces of up to 1 MiB."""

    def place(physical: int, count: int) -> int:
        if physical + count > superblock.blocks:
            raise Malformed("a block of a file lies outside the file system")
        return physical * superblock.block_size

    runs = _extents(data, superblock, inode) if inode.flags & EXTENTS else _numbered(data, superblock, inode)
    return file_runs.content(data, runs, block=superblock.block_size, size=inode.size, place=place)


def _extents(data: Data, superblock: Superblock, inode: Inode) -> Iterator[Run]:
    """Leaves of the tree, in order; walked with a stack, since every node may lie."""
    waiting, nodes = [(inode.blocks, DEEPEST + 1)], 0
    while waiting:
        node, above = waiting.pop()
        nodes += 1
        magic, entries, _, depth, _ = HEADER.unpack_from(node)
        if magic != EXTENT_MAGIC or depth >= above or nodes > MOST_NODES:
            raise Malformed("the extents of a file are damaged")
        if HEADER.size + entries * LEAF.size > len(node):
            raise Malformed("the extents of a file are damaged")
        places = range(HEADER.size, HEADER.size + entries * LEAF.size, LEAF.size)
        if depth:
            below = []
            for at in places:
                _, low, high = INDEX.unpack_from(node, at)
                below.append((high << 32 | low, depth))
            for block, level in reversed(below):
                waiting.append((_block(data, superblock, block), level))
            continue
        for at in places:
            logical, length, high, low = LEAF.unpack_from(node, at)
            if length > INITIALISED:
                yield logical, 0, length - INITIALISED
            else:
                yield logical, high << 32 | low, length


def _numbered(data: Data, superblock: Superblock, inode: Inode) -> Iterator[Run]:
    """Block numbers: twelve direct ones, then one, two and three levels of blocks full of them."""
    numbers = _NUMBERS.unpack(inode.blocks)
    total = -(-inode.size // superblock.block_size)
    yield from file_runs.joined(_used(enumerate(numbers[:DIRECT])))
    per_block, logical, nodes = superblock.block_size // 4, DIRECT, iter(range(MOST_NODES))
    for level, number in enumerate(numbers[DIRECT:], 1):
        if logical >= total:
            return
        if number:
            yield from file_runs.joined(_used(_below(data, superblock, (number, level, logical), nodes)))
        logical += per_block**level


def _below(
    data: Data, superblock: Superblock, place: tuple[int, int, int], nodes: Iterator[int]
) -> Iterator[tuple[int, int]]:
    """The numbers in and below the block at `place` (its number, its level, the first block that it stands for)."""
    number, level, logical = place
    layout = Struct(f"<{superblock.block_size // 4}I")
    step = (superblock.block_size // 4) ** (level - 1)
    if next(nodes, None) is None:
        raise Malformed("the blocks of a file are too scattered")
    for index, child in enumerate(layout.unpack(_block(data, superblock, number))):
        if not child:
            continue
        if level == 1:
            yield logical + index, child
        else:
            yield from _below(data, superblock, (child, level - 1, logical + index * step), nodes)


def _used(blocks: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Those that are no holes."""
    return (pair for pair in blocks if pair[1])


def _block(data: Data, superblock: Superblock, number: int) -> bytes:
    if not 0 < number < superblock.blocks:
        raise Malformed("a block lies outside the file system")
    return take(data, number * superblock.block_size, superblock.block_size)
