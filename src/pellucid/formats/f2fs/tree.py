"""The tree of an F2FS: folders are blocks of entries, ordered by hashes that need not be known to read them."""

from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Encrypted, Malformed
from pellucid.formats.f2fs import inode
from pellucid.formats.f2fs.blocks import Reader
from pellucid.formats.f2fs.inode import Inode
from pellucid.formats.f2fs.superblock import Superblock
from pellucid.formats.f2fs.table import Table
from pellucid.formats.folders import LARGEST_FOLDER
from pellucid.formats.inode_tree import Tree
from pellucid.formats.span import Chunk, Data

ENTRY = Struct("<4xIHx")
SLOT = 8


class F2fsTree(Tree[int, Inode]):
    """One file system; keys are numbers of inodes."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._data = data
        self._superblock = superblock
        self.table = Table(data, superblock)
        self._reader = Reader(data, superblock, self.table)

    def node(self, key: int) -> Inode:
        return inode.read(self._data, self._superblock, self.table, key)

    def content(self, node: Inode) -> Iterator[Chunk]:
        return self._reader.content(node)

    def listing(self, node: Inode) -> Iterator[tuple[bytes, int] | Malformed]:
        if node.encrypted:
            raise Encrypted("the names in this folder are encrypted")
        if node.small is not None:
            yield from _entries(node.small)
            return
        if node.size > LARGEST_FOLDER:
            raise Malformed("a folder is too large")
        for chunk in self._reader.content(node):
            for at in range(0, len(chunk), self._superblock.block):
                yield from _entries(bytes(chunk[at : at + self._superblock.block]))


def _entries(area: bytes) -> Iterator[tuple[bytes, int]]:
    """An area holds a bitmap of used slots, the heads of as many entries, and room for eight bytes of name for each."""
    count = len(area) * 8 // ((ENTRY.size + SLOT) * 8 + 1)
    heads, names = len(area) - count * (ENTRY.size + SLOT), len(area) - count * SLOT
    used = int.from_bytes(area[: (count + 7) // 8], "little")
    index = 0
    while index < count:
        if not used >> index & 1:
            index += 1
            continue
        number, size = ENTRY.unpack_from(area, heads + index * ENTRY.size)
        at = names + index * SLOT
        if not size or at + size > len(area):
            raise Malformed("an entry of a folder is damaged")
        yield area[at : at + size], number
        index += -(-size // SLOT)
