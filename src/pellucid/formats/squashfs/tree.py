"""The tree of a squashfs: folders walked, files joined from blocks, holes and fragments."""

from collections.abc import Iterator
from contextlib import suppress

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Chunk, Data, zeros
from pellucid.formats.squashfs.blocks import STORED_DATA, Blocks, Cursor
from pellucid.formats.squashfs.inode import NO_FRAGMENT, Dialect, Inode
from pellucid.formats.squashfs.superblock import Superblock
from pellucid.formats.squashfs.version_4 import Version4
from pellucid.formats.squashfs.versions_1_to_3 import Versions1To3

MOST_ENTRIES_OF_A_RUN = 256
LONGEST_PATH = 8192
Place = tuple[int, int]
"""An inode: position of its metadata block from the start of the inode table, offset in the block."""


class Tree:
    """One file system. What cannot be read is left out with a Malformed in its place."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._blocks = Blocks(data, superblock)
        self._superblock = superblock
        self._dialect: Dialect = Version4(self._blocks) if superblock.version == 4 else Versions1To3(self._blocks)
        self._first_names: dict[Place, bytes] = {}
        self._settle()

    @property
    def compressor(self) -> str:
        """The name of the one that the blocks are really packed with."""
        return self._blocks.codec.name

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

    def _settle(self) -> None:
        """Find out how blocks are packed from the first one whose content can be judged."""
        codec = self._blocks.codec
        codec.plausible = self._dialect.plausible
        with suppress(Malformed):
            self._blocks.metadata(self._superblock.inode_table)
        codec.plausible = bool

    def _member(self, path: bytes, place: Place, below: list[tuple[bytes, Place]]) -> Members:
        try:
            inode = self._inode(place)
        except Malformed as error:
            yield type(error)(f"{_shown(path)}: {error.message}")
            return
        if inode.kind is EntryKind.DIRECTORY and len(path) <= LONGEST_PATH:
            below.append((path, place))
        kind, target, chunks = inode.kind, inode.target, self._chunks(inode)
        if kind is EntryKind.FILE and inode.links > 1:
            first = self._first_names.setdefault(place, path)
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
            facts={"device": inode.device} if inode.device else {},
        )

    def _inode(self, place: Place) -> Inode:
        position, offset = place
        return self._dialect.inode(Cursor(self._blocks, self._superblock.inode_table + position, offset))

    def _listing(self, folder: Inode) -> Iterator[tuple[bytes, Place]]:
        """Names and inodes of a folder: runs of entries whose inodes share a metadata block."""
        if folder.kind is not EntryKind.DIRECTORY:
            raise Malformed("the inode of a folder is none")
        left = folder.size - self._dialect.unstored
        if left <= 0:
            return
        cursor = Cursor(self._blocks, self._superblock.directory_table + folder.block, folder.offset)
        while left > 0:
            count, position, taken = self._dialect.run(cursor)
            left -= taken
            if count > MOST_ENTRIES_OF_A_RUN:
                raise Malformed("a listing is damaged")
            for _ in range(count):
                offset, name, taken = self._dialect.entry(cursor)
                left -= taken
                yield name.replace(b"/", b"_"), (position, offset)

    def _chunks(self, inode: Inode) -> Iterator[Chunk]:
        """The content of a file. Nothing is read before the first chunk is asked for."""
        size, block_size = inode.size, self._superblock.block_size
        in_blocks = size if inode.fragment == NO_FRAGMENT else size - size % block_size
        position, left = inode.data_at, in_blocks
        for header in self._dialect.sizes(inode.cursor, -(-in_blocks // block_size)):
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
            ending = self._blocks.fragment(inode.fragment)[inode.offset : inode.offset + size - in_blocks]
            if len(ending) < size - in_blocks:
                raise Malformed("a fragment ends too early")
            yield ending


def _shown(path: bytes) -> str:
    return path[:200].decode("utf-8", "backslashreplace") or "the root folder"
