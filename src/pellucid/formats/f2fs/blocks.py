"""The bytes of a file in F2FS: its blocks, found through up to three levels of nodes; clusters may be compressed."""

from collections.abc import Callable, Iterator
from struct import Struct, unpack

from pellucid.errors import Encrypted, Malformed, Unsupported
from pellucid.formats import runs
from pellucid.formats.f2fs import inode as inodes
from pellucid.formats.f2fs.inode import FOOTER_SIZE, Inode
from pellucid.formats.f2fs.superblock import Superblock
from pellucid.formats.f2fs.table import Table
from pellucid.formats.packed_blocks import FAILURES, unlz4, unlzo, unzstd
from pellucid.formats.span import Chunk, Data, pieces, take, zeros

HOLE, NEW, PACKED = 0, 0xFFFFFFFF, 0xFFFFFFFE
MOST_NODES = 1 << 16
PACKED_HEAD = Struct("<I20x")
LZO_RUNS = 3
RUNS_MARK = 17
METHODS: dict[int, Callable[[bytes, int], bytes]] = {0: unlzo, 1: unlz4, 2: unzstd, LZO_RUNS: unlzo}
LEVELS = (0, 0, 1, 1, 2)
Address = tuple[int, int]
"""(block of the file, block on the disk)"""


class Reader:
    """Reads files of one file system."""

    def __init__(self, data: Data, superblock: Superblock, table: Table) -> None:
        self._data = data
        self._superblock = superblock
        self._table = table

    def content(self, inode: Inode) -> Iterator[Chunk]:
        """All bytes, holes as zeros, in pieces of up to 1 MiB."""
        if inode.encrypted:
            raise Encrypted("it is encrypted")
        if inode.small is not None:
            if inode.size > len(inode.small):
                raise Malformed("an inode holds less than its size says")
            yield inode.small[: inode.size]
            return
        yield from self._packed(inode) if inode.cluster else self._plain(inode)

    def addresses(self, inode: Inode) -> Iterator[Address]:
        """All blocks that are no holes."""
        yield from _used(inode.addresses, 0, inode.cluster)
        logical = _count(inode.addresses, inode.cluster)
        numbers = _numbers(inode.nodes)
        per_node = self._per_node(inode)
        references = (self._superblock.block - FOOTER_SIZE) // 4
        nodes = iter(range(MOST_NODES))
        total = -(-inode.size // self._superblock.block)
        for number, level in zip(numbers, LEVELS, strict=True):
            if logical >= total:
                return
            if number:
                yield from self._below(inode, number, level, logical, nodes)
            logical += per_node * references**level

    def _per_node(self, inode: Inode) -> int:
        return _count(bytes(self._superblock.block - FOOTER_SIZE), inode.cluster)

    def _below(self, inode: Inode, number: int, level: int, first: int, nodes: Iterator[int]) -> Iterator[Address]:
        """The addresses in and below a node, which stands for blocks of the file from `first`."""
        if next(nodes, None) is None:
            raise Malformed("the blocks of a file are too scattered")
        raw = inodes.node(self._data, self._superblock, self._table, number, inode.number)[:-FOOTER_SIZE]
        if not level:
            yield from _used(raw, first, inode.cluster)
            return
        step = self._per_node(inode) * (len(raw) // 4) ** (level - 1)
        for index, child in enumerate(_numbers(raw)):
            if child:
                yield from self._below(inode, child, level - 1, first + index * step, nodes)

    def _plain(self, inode: Inode) -> Iterator[Chunk]:
        written = (pair for pair in self.addresses(inode) if pair[1] not in (NEW, PACKED))
        return runs.content(
            self._data, runs.joined(written), block=self._superblock.block, size=inode.size, place=self._place
        )

    def _packed(self, inode: Inode) -> Iterator[Chunk]:
        """Clusters of blocks, each plain, or marked as compressed and then shorter."""
        size, position = self._superblock.block, 0
        whole = inode.cluster * size
        for index, places in _clusters(self.addresses(inode), inode.cluster):
            start = index * whole
            if start >= inode.size:
                break
            yield from zeros(start - position)
            length = min(whole, inode.size - start)
            position = start + length
            if places.get(0) != PACKED:
                for block in range(-(-length // size)):
                    here = min(size, length - block * size)
                    physical = places.get(block, NEW)
                    yield from zeros(here) if physical == NEW else self._disk(physical, 1, here)
                continue
            packed = b"".join(b"".join(self._disk(place, 1, size)) for block, place in places.items() if block)
            yield _unpacked(packed, inode.method, whole)[:length]
        yield from zeros(inode.size - position)

    def _disk(self, physical: int, count: int, length: int) -> Iterator[bytes]:
        return pieces(self._data, self._place(physical, count), length)

    def _place(self, physical: int, count: int) -> int:
        if not self._superblock.main <= physical <= self._superblock.blocks - count:
            raise Malformed("a block of a file lies outside the file system")
        return physical * self._superblock.block


def _unpacked(packed: bytes, method: int, size: int) -> bytes:
    length = PACKED_HEAD.unpack(take(packed, 0, PACKED_HEAD.size))[0]
    body = take(packed, PACKED_HEAD.size, length)
    if method not in METHODS or (method == LZO_RUNS and body[:1] == bytes([RUNS_MARK])):
        raise Unsupported(f"compression {method} of F2FS is not known")
    try:
        return METHODS[method](body, size).ljust(size, b"\0")
    except FAILURES as error:
        raise Malformed(f"a compressed cluster is damaged: {str(error)[:100]}") from None


def _numbers(raw: bytes) -> tuple[int, ...]:
    return unpack(f"<{len(raw) // 4}I", raw)


def _count(raw: bytes, cluster: int) -> int:
    """How many addresses a list has; those of compressed files have whole clusters only."""
    count = len(raw) // 4
    return count - count % cluster if cluster else count


def _used(raw: bytes, first: int, cluster: int) -> Iterator[Address]:
    if not any(raw):
        return
    for index, place in enumerate(_numbers(raw)[: _count(raw, cluster)]):
        if place:
            yield first + index, place


def _clusters(addresses: Iterator[Address], cluster: int) -> Iterator[tuple[int, dict[int, int]]]:
    """Numbers of clusters, and the blocks of each by their place in it."""
    current, places = -1, dict[int, int]()
    for logical, physical in addresses:
        index, inside = divmod(logical, cluster)
        if index != current:
            if places:
                yield current, places
            current, places = index, {}
        if inside == 0 or physical != NEW:
            places[inside] = physical
    if places:
        yield current, places
