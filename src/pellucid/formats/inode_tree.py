"""File systems of inodes in general: every name below a root, hard links by their first name, folders only once."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

import msgspec

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats import devices
from pellucid.formats.folders import Folder, explained, walk
from pellucid.formats.member import LONGEST_TARGET, Member, Members
from pellucid.formats.span import Chunk


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """What an inode says; `links` is the number of its names. `mode` has permission bits only.

    `device` is (major, minor), which only the kinds of devices have; what stands in others is passed over.
    `streams` are what it holds beside its content, by name; they are read as they are asked for.
    """

    kind: EntryKind
    size: int
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    mtime: int | None = None
    links: int = 1
    device: devices.Number | None = None
    facts: Mapping[str, str] = msgspec.field(default_factory=dict)
    streams: Mapping[bytes, Iterable[Chunk]] = msgspec.field(default_factory=dict)


K = TypeVar("K", bound=Hashable)
N = TypeVar("N", bound=Node)


class Tree(ABC, Generic[K, N]):
    """One file system, whose inodes have keys of the type K. All methods may raise Malformed."""

    @abstractmethod
    def node(self, key: K) -> N:
        """The inode `key`."""

    @abstractmethod
    def listing(self, node: N) -> Iterator[tuple[bytes, K] | Malformed]:
        """Names and inodes of a folder."""

    @abstractmethod
    def content(self, node: N) -> Iterable[Chunk]:
        """The bytes of a file; nothing is read before they are asked for."""

    def target(self, node: N) -> bytes:
        """What a symbolic link points to."""
        if node.size > LONGEST_TARGET:
            raise Malformed("the target of a symbolic link is too long")
        return b"".join(self.content(node))

    def members(self, root: K) -> Members:
        """Every entry below `root`, parents first. What cannot be read is a Malformed in its place."""
        first_names: dict[K, bytes] = {}
        return walk(Folder(b"", root, root), lambda folder: self._below(folder, first_names))

    def _below(
        self, folder: Folder[bytes, K], first_names: dict[K, bytes]
    ) -> Iterator[Member | Malformed | Folder[bytes, K]]:
        node = self.node(folder.node)
        if node.kind is not EntryKind.DIRECTORY:
            raise Malformed("the inode of a folder is none")
        for found in self.listing(node):
            if isinstance(found, Malformed):
                yield explained(folder.path, found)
                continue
            name, key = found
            if name not in (b".", b"..", b""):
                name = name.replace(b"/", b"_")
                path = folder.path + b"/" + name if folder.path else name
                yield from self._entry(path, key, first_names)

    def _entry(
        self, path: bytes, key: K, first_names: dict[K, bytes]
    ) -> Iterator[Member | Malformed | Folder[bytes, K]]:
        try:
            node = self.node(key)
            kind = node.kind
            target = self.target(node) if kind is EntryKind.SYMLINK else b""
        except Malformed as error:
            yield explained(path, error)
            return
        chunks: Iterable[Chunk] = ()
        if kind is EntryKind.FILE:
            first = first_names.setdefault(key, path) if node.links > 1 else path
            if first != path:
                kind, target = EntryKind.HARDLINK, first
            else:
                chunks = self.content(node)
        yield Member(
            name=path,
            kind=kind,
            chunks=chunks,
            target=target,
            mode=node.mode,
            uid=node.uid,
            gid=node.gid,
            mtime=node.mtime,
            facts={**node.facts, **devices.facts(kind, node.device)},
        )
        if kind is EntryKind.DIRECTORY:
            yield Folder(path, key, key)
        if kind is not EntryKind.HARDLINK:
            for name, stream in node.streams.items():
                yield Member(name=path + b":" + name, chunks=stream, mode=node.mode, mtime=node.mtime)
