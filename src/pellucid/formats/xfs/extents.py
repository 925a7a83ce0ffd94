"""Where the bytes of a file lie: extents in the inode or in a tree of blocks; holes and unwritten ones are zeros."""

from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Malformed, Unsupported
from pellucid.formats import runs as file_runs
from pellucid.formats.runs import Run
from pellucid.formats.span import Chunk, Data, take
from pellucid.formats.xfs.inode import BTREE, EXTENTS, LOCAL, Inode
from pellucid.formats.xfs.superblock import Superblock

RECORD = Struct(">2Q")
HEAD = Struct(">4s2H")
TREE_MAGIC = {4: (b"BMAP", 24), 5: (b"BMA3", 72)}
POINTER = 8
DEEPEST = 9
MOST_NODES = 1 << 16


def content(data: Data, superblock: Superblock, inode: Inode) -> Iterator[Chunk]:
    """The bytes of a file in pieces of up to 1 MiB."""
    if inode.format == LOCAL:
        yield local(inode)
        return
    if inode.realtime:
        raise Unsupported("its bytes are in the realtime section")
    found = runs(data, superblock, inode)
    yield from file_runs.content(data, found, block=superblock.block_size, size=inode.size, place=superblock.block_at)


def local(inode: Inode) -> bytes:
    """What is kept in the inode itself."""
    if inode.size > len(inode.fork):
        raise Malformed("an inode holds less than its size says")
    return inode.fork[: inode.size]


def runs(data: Data, superblock: Superblock, inode: Inode) -> Iterator[Run]:
    """All extents, in order."""
    if inode.format == EXTENTS:
        yield from _records(inode.fork, 0, inode.extents)
    elif inode.format == BTREE:
        yield from _tree(data, superblock, inode.fork)
    else:
        raise Malformed(f"an inode of the unknown format {inode.format}")


def _records(block: bytes, at: int, count: int) -> Iterator[Run]:
    if at + count * RECORD.size > len(block):
        raise Malformed("the extents of a file are damaged")
    for high, low in RECORD.iter_unpack(block[at : at + count * RECORD.size]):
        unwritten, logical = high >> 63, high >> 9 & (1 << 54) - 1
        yield logical, 0 if unwritten else (high & 0x1FF) << 43 | low >> 21, low & (1 << 21) - 1


def _tree(data: Data, superblock: Superblock, root: bytes) -> Iterator[Run]:
    """Leaves from left to right; walked with a stack, since every node may lie."""
    if len(root) < 4:
        raise Malformed("the extents of a file are damaged")
    level, count = int.from_bytes(root[:2], "big"), int.from_bytes(root[2:4], "big")
    if not 0 < level <= DEEPEST:
        raise Malformed("the extents of a file are damaged")
    waiting = [(block, level - 1) for block in reversed(_pointers(root, 4, count))]
    magic, header = TREE_MAGIC[superblock.version]
    nodes = 0
    while waiting:
        number, level = waiting.pop()
        nodes += 1
        node = take(data, superblock.block_at(number), superblock.block_size)
        stated, depth, count = HEAD.unpack_from(node)
        if stated != magic or depth != level or nodes > MOST_NODES:
            raise Malformed("the extents of a file are damaged")
        if level:
            waiting += ((block, level - 1) for block in reversed(_pointers(node, header, count)))
        else:
            yield from _records(node, header, count)


def _pointers(node: bytes, header: int, count: int) -> list[int]:
    """The blocks below a node; they stand behind the room for as many keys as fit."""
    most = (len(node) - header) // (2 * POINTER)
    if count > most:
        raise Malformed("the extents of a file are damaged")
    first = header + most * POINTER
    return [int.from_bytes(node[at : at + POINTER], "big") for at in range(first, first + count * POINTER, POINTER)]
