"""The tree of a squashfs: folders walked, files joined from blocks, holes and fragments."""

from collections.abc import Iterator
from contextlib import suppress

from pellucid.errors import Malformed
from pellucid.formats import inode_tree
from pellucid.formats.span import Chunk, Data, zeros
from pellucid.formats.squashfs.blocks import STORED_DATA, Blocks, Cursor
from pellucid.formats.squashfs.inode import NO_FRAGMENT, Dialect, Inode
from pellucid.formats.squashfs.superblock import Superblock
from pellucid.formats.squashfs.version_4 import Version4
from pellucid.formats.squashfs.versions_1_to_3 import Versions1To3

MOST_ENTRIES_OF_A_RUN = 256
Place = tuple[int, int]
"""An inode: position of its metadata block from the start of the inode table, offset in the block."""


class Tree(inode_tree.Tree[Place, Inode]):
    """One file system."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._blocks = Blocks(data, superblock)
        self._superblock = superblock
        self._dialect: Dialect = Version4(self._blocks) if superblock.version == 4 else Versions1To3(self._blocks)
        self._settle()

    @property
    def compressor(self) -> str:
        """The name of the one that the blocks are really packed with."""
        return self._blocks.codec.name

    @property
    def root(self) -> Place:
        """Where the inode of the root stands."""
        return self._superblock.root >> 16, self._superblock.root & 0xFFFF

    def node(self, key: Place) -> Inode:
        """The inode at a place."""
        position, offset = key
        return self._dialect.inode(Cursor(self._blocks, self._superblock.inode_table + position, offset))

    def target(self, node: Inode) -> bytes:
        """What a symbolic link points to: it stands in the inode."""
        return node.target

    def listing(self, node: Inode) -> Iterator[tuple[bytes, Place]]:
        """Names and inodes of a folder: runs of entries whose inodes share a metadata block."""
        left = node.size - self._dialect.unstored
        if left <= 0:
            return
        cursor = Cursor(self._blocks, self._superblock.directory_table + node.block, node.offset)
        while left > 0:
            count, position, taken = self._dialect.run(cursor)
            left -= taken
            if count > MOST_ENTRIES_OF_A_RUN:
                raise Malformed("a listing is damaged")
            for _ in range(count):
                offset, name, taken = self._dialect.entry(cursor)
                left -= taken
                yield name, (position, offset)

    def content(self, node: Inode) -> Iterator[Chunk]:
        """The content of a file. Nothing is read before the first chunk is asked for."""
        size, block_size = node.size, self._superblock.block_size
        in_blocks = size if node.fragment == NO_FRAGMENT else size - size % block_size
        position, left = node.data_at, in_blocks
        for header in self._dialect.sizes(node.cursor, -(-in_blocks // block_size)):
            wanted = min(left, block_size)
            left -= wanted
            if not header:
                yield from zeros(wanted)
                continue
            block = self._blocks.data(position, header, wanted)
            if len(block) != wanted:
                raise Malformed("a data block has the wrong length")
            position += header & (STORED_DATA - 1)
            yield block
        if size > in_blocks:
            ending = self._blocks.fragment(node.fragment)[node.offset : node.offset + size - in_blocks]
            if len(ending) < size - in_blocks:
                raise Malformed("a fragment ends too early")
            yield ending

    def _settle(self) -> None:
        """Find out how blocks are packed from the first one whose content can be judged."""
        codec = self._blocks.codec
        codec.plausible = self._dialect.plausible
        with suppress(Malformed):
            self._blocks.metadata(self._superblock.inode_table)
        codec.plausible = bool
