"""The files of a btrfs: folders, and subvolumes under the names that they were given."""

import os
from collections.abc import Iterator
from struct import Struct

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats import devices
from pellucid.formats.btrfs.extents import Reader
from pellucid.formats.btrfs.search import Root, Search
from pellucid.formats.btrfs.superblock import KEY, Superblock
from pellucid.formats.inode_tree import Node, Tree
from pellucid.formats.member import kind_of
from pellucid.formats.span import Chunk, Data

#                     size, links, uid, gid, mode, device, seconds of the last change
INODE = Struct("<16xQ16x4IQ72xq")
INODE_ITEM, FOLDER_INDEX, ROOT_ITEM, ROOT_ABOVE = 1, 96, 132, 144
NAME = Struct("<17x8x2HB")
MAIN_VOLUME, FIRST_INODE = 5, 256
ROOT_SIZE, ROOT_AT, ROOT_LEVEL_AT = 239, 176, 238
KERNEL_MINORS = 1 << 20
Place = tuple[int, int]
"""(subvolume, inode); a negative inode is an empty folder."""


class Inode(Node, frozen=True, kw_only=True):
    """An inode and where it belongs."""

    place: Place


class BtrfsTree(Tree[Place, Inode]):
    """One file system; keys are subvolume and inode."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._superblock = superblock
        self._search = Search(data, superblock)
        self._reader = Reader(data, self._search, superblock.sector)
        self._roots: dict[int, Root] = {}

    def node(self, key: Place) -> Inode:
        volume, number = key
        if number < 0:
            return Inode(kind=EntryKind.DIRECTORY, size=0, place=key)
        for _, item in self._search.items(self._root(volume), (number, INODE_ITEM, 0), (number, INODE_ITEM, 0)):
            if len(item) < INODE.size:
                break
            size, links, uid, gid, mode, device, mtime = INODE.unpack_from(item)
            return Inode(
                kind=kind_of(mode),
                size=size,
                mode=mode & 0o7777,
                uid=uid,
                gid=gid,
                mtime=mtime,
                links=links,
                device=_device(device),
                facts=_facts(key),
                place=key,
            )
        raise Malformed(f"there is no inode {number} in subvolume {volume}")

    def listing(self, node: Inode) -> Iterator[tuple[bytes, Place] | Malformed]:
        volume, number = node.place
        first, last = (number, FOLDER_INDEX, 0), (number, FOLDER_INDEX, 1 << 64)
        for _, item in self._search.items(self._root(volume), first, last):
            size = NAME.unpack_from(item)[1] if len(item) >= NAME.size else 0
            if not 0 < size <= len(item) - NAME.size:
                yield Malformed("an entry of a folder is damaged")
                continue
            child, kind, _ = KEY.unpack_from(item)
            place = self._subvolume(child, volume) if kind == ROOT_ITEM else (volume, child)
            yield item[NAME.size : NAME.size + size], place

    def content(self, node: Inode) -> Iterator[Chunk]:
        volume, number = node.place
        return self._reader.content(self._root(volume), number, node.size)

    def _subvolume(self, child: int, volume: int) -> Place:
        """The root of a subvolume. A snapshot of the one that it stands in has an empty folder in its place."""
        first, last = (child, ROOT_ABOVE, 0), (child, ROOT_ABOVE, 1 << 64)
        above = [key[2] for key, _ in self._search.items(self._superblock.root, first, last)]
        return (volume, -child) if above and volume not in above else (child, FIRST_INODE)

    def _root(self, volume: int) -> Root:
        if volume not in self._roots:
            first, last = (volume, ROOT_ITEM, 0), (volume, ROOT_ITEM, 1 << 64)
            items = [item for _, item in self._search.items(self._superblock.root, first, last)]
            if not items or len(items[-1]) < ROOT_SIZE:
                raise Malformed(f"there is no subvolume {volume}")
            address = int.from_bytes(items[-1][ROOT_AT : ROOT_AT + 8], "little")
            self._roots[volume] = address, items[-1][ROOT_LEVEL_AT]
        return self._roots[volume]


def _device(number: int) -> devices.Number:
    """The kernel writes its own numbers; mkfs.btrfs those of programs, which never have its major number."""
    if number >= KERNEL_MINORS:
        return number >> 20, number & (KERNEL_MINORS - 1)
    return os.major(number), os.minor(number)


def _facts(place: Place) -> dict[str, str]:
    volume, number = place
    return {"subvolume": str(volume)} if number == FIRST_INODE and volume != MAIN_VOLUME else {}
