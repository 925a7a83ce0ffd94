"""Inodes of squashfs as one shape, and what the versions of the format do differently."""

from collections.abc import Iterator
from typing import Protocol

from pellucid.domain.entry import EntryKind
from pellucid.formats.inode_tree import Node
from pellucid.formats.squashfs.blocks import Cursor

NO_FRAGMENT = 0xFFFFFFFF
EXTENDED = 7
KINDS = {
    1: EntryKind.DIRECTORY,
    2: EntryKind.FILE,
    3: EntryKind.SYMLINK,
    4: EntryKind.BLOCK_DEVICE,
    5: EntryKind.CHARACTER_DEVICE,
    6: EntryKind.FIFO,
    7: EntryKind.SOCKET,
}


class Inode(Node, frozen=True, kw_only=True):
    """`block` and `offset` place a folder's listing, or a file's end in its `fragment`.

    `cursor` stands behind the fields: at the sizes of a file's data blocks, which begin at `data_at`.
    """

    cursor: Cursor
    data_at: int = 0
    block: int = 0
    offset: int = 0
    fragment: int = NO_FRAGMENT
    target: bytes = b""


class Dialect(Protocol):
    """How one version writes inodes and listings. Every method raises Malformed."""

    unstored: int
    """The size of a listing counts so many bytes that are not stored."""

    def inode(self, cursor: Cursor) -> Inode:
        """The inode at `cursor`."""
        ...

    def run(self, cursor: Cursor) -> tuple[int, int, int]:
        """The header of a run of entries: their number, the place of their inodes, its own size."""
        ...

    def entry(self, cursor: Cursor) -> tuple[int, bytes, int]:
        """An entry of a run: the offset of its inode, its name, its own size."""
        ...

    def sizes(self, cursor: Cursor, count: int) -> Iterator[int]:
        """The size words of a file's blocks, as version 4 has them, read a few at a time: a file may claim billions."""
        ...

    def plausible(self, table: bytes) -> bool:
        """Whether `table` can be the beginning of the table of inodes."""
        ...
