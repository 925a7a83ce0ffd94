"""The tree of an ext file system: folders read from end to end, hashed or not."""

from collections.abc import Iterator
from struct import Struct

from pellucid.domain.entry import EntryKind
from pellucid.errors import Encrypted, Malformed
from pellucid.formats.ext import inode as inodes
from pellucid.formats.ext import runs
from pellucid.formats.ext.inode import ENCRYPTED, EXTENTS, INLINE, Inode
from pellucid.formats.ext.superblock import Superblock
from pellucid.formats.member import Member, Members, kind_of
from pellucid.formats.span import Chunk, Data

ROOT = 2
ENTRY = Struct("<IHBB")
LONGEST_PATH = 8192
LONGEST_TARGET = 1 << 16
LARGEST_FOLDER = 256 << 20
SHORT_TARGET = 60
INLINE_PARENT = 4
LARGEST_BLOCK = 1 << 16


class Tree:
    """One file system. What cannot be read is left out with a Malformed in its place."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._data = data
        self._superblock = superblock
        self._first_names: dict[int, bytes] = {}
        self._locked = 0

    def members(self) -> Members:
        """Every entry below the root, parents first."""
        waiting = [(b"", ROOT)]
        seen = {ROOT}
        while waiting:
            path, number = waiting.pop()
            below: list[tuple[bytes, int]] = []
            try:
                for name, child in self._listing(inodes.read(self._data, self._superblock, number)):
                    yield from self._member(path + b"/" + name if path else name, child, below)
            except Malformed as error:
                yield type(error)(f"{_shown(path)}: {error.message}")
            for full, child in reversed(below):
                if child in seen:
                    yield Malformed(f"{_shown(full)}: a folder stands in more than one place")
                else:
                    seen.add(child)
                    waiting.append((full, child))
        if self._locked:
            yield Encrypted(f"{self._locked} files and folders are encrypted")

    def _member(self, path: bytes, number: int, below: list[tuple[bytes, int]]) -> Members:
        try:
            inode = inodes.read(self._data, self._superblock, number)
            kind = kind_of(inode.mode)
            target = self._target(inode) if kind is EntryKind.SYMLINK else b""
        except Malformed as error:
            yield type(error)(f"{_shown(path)}: {error.message}")
            return
        if inode.flags & ENCRYPTED:
            self._locked += 1
        elif kind is EntryKind.DIRECTORY and len(path) <= LONGEST_PATH:
            below.append((path, number))
        chunks: Iterator[Chunk] = iter(())
        if kind is EntryKind.FILE:
            first = self._first_names.setdefault(number, path) if inode.links > 1 else path
            if first != path:
                kind, target = EntryKind.HARDLINK, first
            elif not inode.flags & ENCRYPTED:
                chunks = self._content(inode)
        yield Member(
            name=path,
            kind=kind,
            chunks=chunks,
            target=target,
            mode=inode.mode & 0o7777,
            uid=inode.uid,
            gid=inode.gid,
            mtime=inode.mtime,
        )

    def _content(self, inode: Inode) -> Iterator[Chunk]:
        if inode.flags & INLINE:
            return iter(inodes.inline_parts(inode))
        return runs.content(self._data, self._superblock, inode)

    def _target(self, inode: Inode) -> bytes:
        if inode.size > LONGEST_TARGET:
            raise Malformed("the target of a symbolic link is too long")
        if inode.size < SHORT_TARGET and not inode.flags & (EXTENTS | INLINE):
            return inode.blocks[: inode.size]
        return b"".join(self._content(inode))

    def _listing(self, folder: Inode) -> Iterator[tuple[bytes, int]]:
        """Names and inode numbers of a folder. The blocks of its hash tree look like empty entries."""
        if kind_of(folder.mode) is not EntryKind.DIRECTORY:
            raise Malformed("the inode of a folder is none")
        if folder.size > LARGEST_FOLDER:
            raise Malformed("a folder is too large")
        if folder.flags & INLINE:
            first, second = inodes.inline_parts(folder)
            yield from _entries(first[INLINE_PARENT:])
            yield from _entries(second)
            return
        size = self._superblock.block_size
        for chunk in runs.content(self._data, self._superblock, folder):
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
        if number and name not in (b".", b"..", b""):
            yield name.replace(b"/", b"_"), number
        at += length


def _shown(path: bytes) -> str:
    return path[:200].decode("utf-8", "backslashreplace") or "the root folder"
