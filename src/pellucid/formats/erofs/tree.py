"""The tree of an EROFS."""

from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats import inode_tree
from pellucid.formats.erofs import inode as inodes
from pellucid.formats.erofs.content import Reader
from pellucid.formats.erofs.inode import Inode
from pellucid.formats.erofs.superblock import Superblock
from pellucid.formats.span import Chunk, Data

ENTRY = Struct("<QH2B")
LARGEST_FOLDER = 64 << 20
LARGEST_OF_ALL_FOLDERS = 512 << 20


class Tree(inode_tree.Tree[int, Inode]):
    """One file system; the key of an inode is its number."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._data = data
        self._superblock = superblock
        self._reader = Reader(data, superblock)
        self._left = LARGEST_OF_ALL_FOLDERS

    def node(self, key: int) -> Inode:
        """The inode with this number."""
        return inodes.read(self._data, self._superblock, key)

    def content(self, node: Inode) -> Iterator[Chunk]:
        """The bytes of a file."""
        return self._reader.content(node)

    def listing(self, node: Inode) -> Iterator[tuple[bytes, int]]:
        """Names and inode numbers of a folder: blocks of entries, each followed by its names."""
        self._left -= node.size
        if node.size > LARGEST_FOLDER or self._left < 0:
            raise Malformed("a folder is too large")
        listing = b"".join(self._reader.content(node))
        for at in range(0, len(listing), self._superblock.block_size):
            yield from _entries(listing[at : at + self._superblock.block_size])


def _entries(block: bytes) -> Iterator[tuple[bytes, int]]:
    if len(block) < ENTRY.size:
        raise Malformed("a listing is damaged")
    end = ENTRY.unpack_from(block)[1]
    if not end or end % ENTRY.size or end > len(block):
        raise Malformed("a listing is damaged")
    entries = list(ENTRY.iter_unpack(block[:end]))
    ends = [entry[1] for entry in entries[1:]] + [len(block)]
    for (number, begin, _, _), behind in zip(entries, ends, strict=True):
        name = block[begin:behind].partition(b"\0")[0]
        if not end <= begin < behind:
            raise Malformed("an entry of a folder is damaged")
        yield name, number
