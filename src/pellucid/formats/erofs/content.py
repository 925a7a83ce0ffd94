"""The bytes of files of EROFS, whatever their layout."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice
from struct import Struct

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.erofs import clusters, extents
from pellucid.formats.erofs import inode as inodes
from pellucid.formats.erofs.extents import IN_PACKED, Extent
from pellucid.formats.erofs.inode import CHUNKS, COMPACT_INDEX, FULL_INDEX, INLINE, Inode
from pellucid.formats.erofs.superblock import NO_PACKED, Superblock
from pellucid.formats.span import PIECE, Chunk, Data, pieces, take, zeros

KEPT_BYTES = 32 << 20
MOST_EXTENTS = 1 << 18
CHUNK_BITS, CHUNK_INDEXES = 0x1F, 0x20
CHUNK_INDEX, CHUNK_BLOCK = Struct("<2HI"), Struct("<I")
HOLE = 0xFFFFFFFF
AT_ONCE = 4096


class Reader:
    """Reads files of one file system. Unpacked fragments that were used lately are kept."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._data = data
        self._superblock = superblock
        self._fragments: _Fragments | None = None

    def content(self, inode: Inode) -> Iterator[Chunk]:
        """The bytes of a file in pieces; raises Malformed after what can be read."""
        if inode.layout in (FULL_INDEX, COMPACT_INDEX):
            for extent in extents.extents(self._data, self._superblock, inode):
                if extent.method == IN_PACKED:
                    yield from self._packed().read(extent.position, extent.length)
                else:
                    yield clusters.unpack(self._data, self._superblock, extent)
        elif inode.layout == CHUNKS:
            yield from self._chunks(inode)
        else:
            yield from self.flat(inode, 0, inode.size)

    def flat(self, inode: Inode, start: int, length: int) -> Iterator[Chunk]:
        """`length` bytes from `start` of a file that is kept as it is, its last block perhaps behind the inode."""
        bits = self._superblock.bits
        size = inode.size
        tail = (size - 1) >> bits << bits if inode.layout == INLINE and size else size
        end = min(start + length, size)
        if start < tail:
            yield from self._blocks(inode.value, start, min(end, tail) - start)
        if end > tail:
            begin = max(start, tail)
            yield from pieces(self._data, inode.end + begin - tail, end - begin)

    def _blocks(self, block: int, start: int, length: int) -> Iterator[Chunk]:
        superblock = self._superblock
        begin = (block << superblock.bits) + start
        if superblock.devices and begin >= superblock.length:
            raise Unsupported("its bytes are kept on another device")
        yield from pieces(self._data, begin, length)

    def _chunks(self, inode: Inode) -> Iterator[Chunk]:
        """A file of chunks of equal size: each has a block or is a hole."""
        size = 1 << self._superblock.bits + (inode.value & CHUNK_BITS)
        if inode.value & 0xFFFF & ~(CHUNK_BITS | CHUNK_INDEXES):
            raise Unsupported("its chunks have a shape that is not known")
        layout = CHUNK_INDEX if inode.value & CHUNK_INDEXES else CHUNK_BLOCK
        at = -(-inode.end // layout.size) * layout.size
        left = inode.size
        while left > 0:
            count = min(AT_ONCE, -(-left // size))
            for fields in layout.iter_unpack(take(self._data, at, layout.size * count)):
                block = fields[-1]
                wanted = min(left, size)
                if block == HOLE:
                    yield from zeros(wanted)
                elif len(fields) > 1 and fields[1]:
                    raise Unsupported("its bytes are kept on another device")
                else:
                    yield from self._blocks(block, 0, wanted)
                left -= wanted
            at += layout.size * count

    def _packed(self) -> "_Fragments":
        if self._fragments is None:
            if self._superblock.packed == NO_PACKED:
                raise Malformed("a fragment is used, but the file system has none")
            inode = inodes.read(self._data, self._superblock, self._superblock.packed)
            self._fragments = _Fragments(self, self._data, self._superblock, inode)
        return self._fragments


class _Fragments:
    """The file that holds the ends of others, read at any place."""

    def __init__(self, reader: Reader, data: Data, superblock: Superblock, inode: Inode) -> None:
        self._reader, self._data, self._superblock, self._inode = reader, data, superblock, inode
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._size = 0
        self._extents: list[Extent] = []
        if inode.layout == CHUNKS:
            raise Unsupported("fragments kept in chunks")
        if inode.layout in (FULL_INDEX, COMPACT_INDEX):
            self._extents = list(islice(extents.extents(data, superblock, inode), MOST_EXTENTS))
        self._starts = [extent.start for extent in self._extents]

    def read(self, start: int, length: int) -> Iterator[Chunk]:
        """`length` bytes from `start`."""
        if start + length > self._inode.size:
            raise Malformed("a fragment lies outside the file that holds them")
        if not self._extents:
            yield from self._reader.flat(self._inode, start, length)
            return
        end = start + length
        while start < end:
            number = bisect_right(self._starts, start) - 1
            extent = self._extents[number]
            offset = start - extent.start
            piece = self._unpacked(number)[offset : offset + min(end - start, PIECE)]
            if not piece:
                raise Malformed("the file that holds the fragments has too many extents")
            yield piece
            start += len(piece)

    def _unpacked(self, number: int) -> bytes:
        found = self._kept.get(number)
        if found is not None:
            self._kept.move_to_end(number)
            return found
        extent = self._extents[number]
        if extent.method == IN_PACKED:
            raise Malformed("the file that holds the fragments is one itself")
        found = clusters.unpack(self._data, self._superblock, extent)
        self._kept[number] = found
        self._size += len(found)
        while self._size > KEPT_BYTES and len(self._kept) > 1:
            self._size -= len(self._kept.popitem(last=False)[1])
        return found
