"""The tree of an XFS: folders in inodes, in one block, in many; their hashed indexes are not needed."""

from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats.folders import LARGEST_FOLDER
from pellucid.formats.inode_tree import Tree
from pellucid.formats.member import LONGEST_TARGET
from pellucid.formats.span import Chunk, Data, pieces, take
from pellucid.formats.xfs import extents, inode
from pellucid.formats.xfs.inode import EXTENTS, LOCAL, Inode
from pellucid.formats.xfs.superblock import Superblock

FOLDER_MAGIC = {b"XD2B": 16, b"XD2D": 16, b"XDB3": 64, b"XDD3": 64}
ONE_BLOCK = (b"XD2B", b"XDB3")
TAIL = Struct(">2I")
INDEX_ENTRY = 8
ENTRY = Struct(">QB")
UNUSED = 0xFFFF
TARGET_MAGIC, TARGET_HEADER = b"XSLM", 56
NUMBERS = (1 << 56) - 1


class XfsTree(Tree[int, Inode]):
    """One file system; keys are inode numbers."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._data = data
        self._superblock = superblock

    def node(self, key: int) -> Inode:
        return inode.read(self._data, self._superblock, key)

    def content(self, node: Inode) -> Iterator[Chunk]:
        return extents.content(self._data, self._superblock, node)

    def target(self, node: Inode) -> bytes:
        if node.format != EXTENTS or self._superblock.version == 4:
            return super().target(node)
        return b"".join(self._far_target(node))[: node.size]

    def _far_target(self, node: Inode) -> Iterator[Chunk]:
        """Every extent of a long target begins with a header in version 5, unless mkfs.xfs 6.1 has written it."""
        left = min(node.size, LONGEST_TARGET)
        for _, physical, count in extents.runs(self._data, self._superblock, node):
            at = self._superblock.block_at(physical, count)
            header = TARGET_HEADER if take(self._data, at, 4) == TARGET_MAGIC else 0
            length = min(count * self._superblock.block_size - header, left)
            yield from pieces(self._data, at + header, length)
            left -= length
            if not left:
                return
        raise Malformed("the target of a symbolic link is cut off")

    def listing(self, node: Inode) -> Iterator[tuple[bytes, int] | Malformed]:
        if node.format == LOCAL:
            yield from self._short(extents.local(node))
            return
        if node.size > LARGEST_FOLDER:
            raise Malformed("a folder is too large")
        for block in self._blocks(node):
            try:
                yield from self._entries(block)
            except Malformed as error:
                yield error

    def _blocks(self, node: Inode) -> Iterator[bytes]:
        """The blocks of names; those of the index lie behind the size of the folder."""
        size, pending = self._superblock.folder_block, b""
        for chunk in self.content(node):
            pending += chunk
            whole = len(pending) - len(pending) % size
            for at in range(0, whole, size):
                yield pending[at : at + size]
            pending = pending[whole:]

    def _short(self, area: bytes) -> Iterator[tuple[bytes, int]]:
        if len(area) < 2:
            raise Malformed("a folder is damaged")
        wide = 8 if area[1] else 4
        at = 2 + wide
        typed = self._superblock.typed_names
        for _ in range(area[0]):
            if at >= len(area):
                raise Malformed("a folder is damaged")
            name_end = at + 3 + area[at]
            end = name_end + typed + wide
            if end > len(area):
                raise Malformed("a folder is damaged")
            yield area[at + 3 : name_end], int.from_bytes(area[end - wide : end], "big") & NUMBERS
            at = end

    def _entries(self, block: bytes) -> Iterator[tuple[bytes, int]]:
        magic = block[:4]
        if not any(magic):
            return
        if magic not in FOLDER_MAGIC:
            raise Malformed("a block of a folder is damaged")
        at, end = FOLDER_MAGIC[magic], len(block)
        if magic in ONE_BLOCK:
            end -= TAIL.size + TAIL.unpack_from(block, end - TAIL.size)[0] * INDEX_ENTRY
            if end < at:
                raise Malformed("a block of a folder is damaged")
        typed = self._superblock.typed_names
        while at + ENTRY.size < end:
            if block[at] == block[at + 1] == 0xFF:
                length = int.from_bytes(block[at + 2 : at + 4], "big")
                if length < 8 or length % 8:
                    raise Malformed("a block of a folder is damaged")
                at += length
                continue
            number, size = ENTRY.unpack_from(block, at)
            length = ENTRY.size + size + typed + 2 + 7 & ~7
            if not size or at + length > end:
                raise Malformed("a block of a folder is damaged")
            yield block[at + ENTRY.size : at + ENTRY.size + size], number & NUMBERS
            at += length
