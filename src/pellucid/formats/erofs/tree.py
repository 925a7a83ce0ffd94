"""The tree of an EROFS."""

from collections.abc import Iterator
from struct import Struct

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats.erofs import inode as inodes
from pellucid.formats.erofs.content import Reader
from pellucid.formats.erofs.inode import Inode
from pellucid.formats.erofs.superblock import Superblock
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Chunk, Data

ENTRY = Struct("<QH2B")
LARGEST_FOLDER = 64 << 20
LARGEST_OF_ALL_FOLDERS = 512 << 20
LONGEST_PATH = 8192
LONGEST_TARGET = 1 << 16
DEVICES = (EntryKind.BLOCK_DEVICE, EntryKind.CHARACTER_DEVICE)


class Tree:
    """One file system. What cannot be read is left out with a Malformed in its place."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._data = data
        self._superblock = superblock
        self._reader = Reader(data, superblock)
        self._first_names: dict[int, bytes] = {}
        self._left = LARGEST_OF_ALL_FOLDERS

    def members(self) -> Members:
        """Every entry below the root, parents first."""
        waiting = [(b"", self._superblock.root)]
        seen = {self._superblock.root}
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

    def _member(self, path: bytes, number: int, below: list[tuple[bytes, int]]) -> Members:
        try:
            inode = inodes.read(self._data, self._superblock, number)
            kind = inode.kind
            target = self._target(inode) if kind is EntryKind.SYMLINK else b""
        except Malformed as error:
            yield type(error)(f"{_shown(path)}: {error.message}")
            return
        if kind is EntryKind.DIRECTORY and len(path) <= LONGEST_PATH:
            below.append((path, number))
        chunks: Iterator[Chunk] = iter(())
        if kind is EntryKind.FILE:
            first = self._first_names.setdefault(number, path) if inode.links > 1 else path
            if first != path:
                kind, target = EntryKind.HARDLINK, first
            else:
                chunks = self._reader.content(inode)
        yield Member(
            name=path,
            kind=kind,
            chunks=chunks,
            target=target,
            mode=inode.mode,
            uid=inode.uid,
            gid=inode.gid,
            mtime=inode.mtime,
            facts={"device": inodes.device(inode.value)} if kind in DEVICES else {},
        )

    def _target(self, inode: Inode) -> bytes:
        if inode.size > LONGEST_TARGET:
            raise Malformed("the target of a symbolic link is too long")
        return b"".join(self._reader.content(inode))

    def _listing(self, folder: Inode) -> Iterator[tuple[bytes, int]]:
        """Names and inode numbers of a folder: blocks of entries, each followed by its names."""
        if folder.kind is not EntryKind.DIRECTORY:
            raise Malformed("the inode of a folder is none")
        self._left -= folder.size
        if folder.size > LARGEST_FOLDER or self._left < 0:
            raise Malformed("a folder is too large")
        listing = b"".join(self._reader.content(folder))
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
        if name not in (b"", b".", b".."):
            yield name.replace(b"/", b"_"), number


def _shown(path: bytes) -> str:
    return path[:200].decode("utf-8", "backslashreplace") or "the root folder"
