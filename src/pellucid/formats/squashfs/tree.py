"""The tree of a squashfs: folders walked, files joined from blocks, holes and fragments."""

from collections.abc import Iterator
from dataclasses import replace
from struct import Struct

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Chunk, Data, zeros
from pellucid.formats.squashfs import inode as inodes
from pellucid.formats.squashfs.blocks import STORED_DATA, Blocks, Cursor
from pellucid.formats.squashfs.inode import NO_FRAGMENT, Inode
from pellucid.formats.squashfs.superblock import Superblock

MOST_SIZES_AT_ONCE = 2048
MOST_ENTRIES_OF_A_RUN = 256
LONGEST_PATH = 8192
# The size of a listing counts "." and "..", which are not stored.
UNSTORED = 3
Place = tuple[int, int]
"""An inode: position of its metadata block from the start of the inode table, offset in the block."""


class Tree:
    """One file system. What cannot be read is left out with a Malformed in its place."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._blocks = Blocks(data, superblock)
        self._superblock = superblock
        order = superblock.order
        self._run, self._entry = Struct(f"{order}3I"), Struct(f"{order}HhHH")
        self._id = Struct(f"{order}I")
        self._ids: dict[int, int] = {}
        self._first_names: dict[int, bytes] = {}

    def members(self) -> Members:
        """Every entry below the root, parents first."""
        root = (self._superblock.root >> 16, self._superblock.root & 0xFFFF)
        waiting: list[tuple[bytes, Place]] = [(b"", root)]
        seen: set[Place] = set()
        while waiting:
            path, place = waiting.pop()
            if place in seen:
                yield Malformed(f"{_shown(path)}: a folder stands in more than one place")
                continue
            seen.add(place)
            below: list[tuple[bytes, Place]] = []
            try:
                for name, child in self._listing(self._inode(place)):
                    full = path + b"/" + name if path else name
                    yield from self._member(full, child, below)
            except Malformed as error:
                yield type(error)(f"{_shown(path)}: {error.message}")
            waiting.extend(reversed(below))

    def _member(self, path: bytes, place: Place, below: list[tuple[bytes, Place]]) -> Members:
        try:
            inode = self._inode(place)
            inode = replace(inode, uid=self._owner(inode.uid), gid=self._owner(inode.gid))
        except Malformed as error:
            yield type(error)(f"{_shown(path)}: {error.message}")
            return
        if inode.kind is EntryKind.DIRECTORY and len(path) <= LONGEST_PATH:
            below.append((path, place))
        kind, target, chunks = inode.kind, inode.target, self._chunks(inode)
        if kind is EntryKind.FILE and inode.links > 1:
            first = self._first_names.setdefault(inode.number, path)
            if first != path:
                kind, target = EntryKind.HARDLINK, first
        yield Member(
            name=path,
            kind=kind,
            chunks=chunks,
            target=target,
            mode=inode.mode,
            uid=inode.uid,
            gid=inode.gid,
            mtime=inode.mtime,
        )

    def _inode(self, place: Place) -> Inode:
        position, offset = place
        return inodes.read(
            Cursor(self._blocks, self._superblock.inode_table + position, offset), self._superblock.order
        )

    def _listing(self, folder: Inode) -> Iterator[tuple[bytes, Place]]:
        """Names and inodes of a folder: runs of entries whose inodes share a metadata block."""
        if folder.kind is not EntryKind.DIRECTORY:
            raise Malformed("the inode of a folder is none")
        left = folder.size - UNSTORED
        if left <= 0:
            return
        cursor = Cursor(self._blocks, self._superblock.directory_table + folder.block, folder.offset)
        while left > 0:
            count, position, _ = self._run.unpack(cursor.read(self._run.size))
            left -= self._run.size
            if count >= MOST_ENTRIES_OF_A_RUN:
                raise Malformed("a listing is damaged")
            for _ in range(count + 1):
                offset, _, _, name_size = self._entry.unpack(cursor.read(self._entry.size))
                name = cursor.read(name_size + 1)
                left -= self._entry.size + name_size + 1
                yield name.replace(b"/", b"_"), (position, offset)

    def _chunks(self, inode: Inode) -> Iterator[Chunk]:
        """The content of a file. Nothing is read before the first chunk is asked for."""
        size, block_size = inode.size, self._superblock.block_size
        in_blocks = size if inode.fragment == NO_FRAGMENT else size - size % block_size
        position, left = inode.data_at, in_blocks
        for header in self._sizes(inode.cursor, -(-in_blocks // block_size)):
            wanted = min(left, block_size)
            left -= wanted
            if not header:
                yield from zeros(wanted)
                continue
            block = self._blocks.data(position, header)
            if len(block) != wanted:
                raise Malformed("a data block has the wrong length")
            position += header & (STORED_DATA - 1)
            yield block
        if size > in_blocks:
            ending = self._blocks.fragment(inode.fragment)[inode.offset : inode.offset + size - in_blocks]
            if len(ending) < size - in_blocks:
                raise Malformed("a fragment ends too early")
            yield ending

    def _sizes(self, cursor: Cursor, count: int) -> Iterator[int]:
        """The size words of a file's blocks, read a few at a time: a file may claim to have billions."""
        while count > 0:
            step = min(count, MOST_SIZES_AT_ONCE)
            yield from Struct(f"{self._superblock.order}{step}I").unpack(cursor.read(4 * step))
            count -= step

    def _owner(self, number: int) -> int:
        found = self._ids.get(number)
        if found is None:
            if number >= self._superblock.ids:
                raise Malformed("an owner is not in the table of ids")
            (found,) = self._id.unpack(self._blocks.indexed(self._superblock.id_table, number, 4))
            self._ids[number] = found
        return found


def _shown(path: bytes) -> str:
    return path[:200].decode("utf-8", "backslashreplace") or "the root folder"
