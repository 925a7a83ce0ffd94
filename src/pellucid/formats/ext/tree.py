"""The tree of an ext file system: folders read from end to end, hashed or not."""

from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Encrypted, Malformed
from pellucid.formats.ext import inode, runs
from pellucid.formats.ext.inode import ENCRYPTED, EXTENTS, INLINE, Inode
from pellucid.formats.ext.superblock import Superblock
from pellucid.formats.folders import LARGEST_FOLDER
from pellucid.formats.inode_tree import Tree
from pellucid.formats.member import Members
from pellucid.formats.span import Chunk, Data

ROOT = 2
ENTRY = Struct("<IHBB")
SHORT_TARGET = 60
INLINE_PARENT = 4
LARGEST_BLOCK = 1 << 16


class ExtTree(Tree[int, Inode]):
    """One file system; keys are inode numbers."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._data = data
        self._superblock = superblock
        self._locked: set[int] = set()

    def everything(self) -> Members:
        """All entries, and how many are encrypted: these are named and empty."""
        yield from self.members(ROOT)
        if self._locked:
            yield Encrypted(f"{len(self._locked)} files and folders are encrypted")

    def node(self, key: int) -> Inode:
        """The inode `key`."""
        found = inode.read(self._data, self._superblock, key)
        if found.flags & ENCRYPTED:
            self._locked.add(key)
        return found

    def content(self, node: Inode) -> Iterator[Chunk]:
        """The bytes of a file."""
        if node.flags & ENCRYPTED:
            return iter(())
        if node.flags & INLINE:
            return iter(inode.inline_parts(node))
        return runs.content(self._data, self._superblock, node)

    def target(self, node: Inode) -> bytes:
        """A short target stands in the place of the block numbers."""
        if node.size < SHORT_TARGET and not node.flags & (EXTENTS | INLINE | ENCRYPTED):
            return node.blocks[: node.size]
        return super().target(node)

    def listing(self, node: Inode) -> Iterator[tuple[bytes, int]]:
        """Names and inode numbers of a folder. The blocks of its hash tree look like empty entries."""
        if node.size > LARGEST_FOLDER:
            raise Malformed("a folder is too large")
        if node.flags & ENCRYPTED:
            return
        if node.flags & INLINE:
            first, second = inode.inline_parts(node)
            yield from _entries(first[INLINE_PARENT:])
            yield from _entries(second)
            return
        size = self._superblock.block_size
        for chunk in self.content(node):
            for at in range(0, len(chunk), size):
                yield from _entries(bytes(chunk[at : at + size]))


def _entries(block: bytes) -> Iterator[tuple[bytes, int]]:
    at = 0
    while at + ENTRY.size <= len(block):
        number, length, name_size, _ = ENTRY.unpack_from(block, at)
        if len(block) == LARGEST_BLOCK and length in (0, LARGEST_BLOCK - 1):
            length = LARGEST_BLOCK
        if length == 0 and number == 0:
            return
        if length < ENTRY.size or length % 4 or at + length > len(block) or name_size > length - ENTRY.size:
            raise Malformed("an entry of a folder is damaged")
        name = block[at + ENTRY.size : at + ENTRY.size + name_size]
        if number:
            yield name, number
        at += length
