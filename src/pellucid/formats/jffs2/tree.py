"""The tree of a JFFS2: inodes are their latest node, files are put together from ranges of which the newest counts."""

import heapq
import stat
from collections.abc import Iterator
from operator import attrgetter

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed, Truncated
from pellucid.formats import devices, xattr_facts
from pellucid.formats.flash_tree import FlashNode, FlashTree
from pellucid.formats.jffs2 import codec
from pellucid.formats.jffs2.image import Image, Inode
from pellucid.formats.member import Members, kind_of
from pellucid.formats.span import Chunk, Data, zeros

ROOT = 1
LONGEST_DEVICE = 8
Range = tuple[int, int, Inode | None]
"""(first byte, byte behind the last, the node that holds them); None for a hole."""


class Jffs2(FlashTree):
    """Every name and file of `image`, whose nodes stand in `data`."""

    def __init__(self, data: Data, image: Image) -> None:
        super().__init__(image.names, ROOT)
        self._data = data
        self._image = image

    def everything(self) -> Members:
        """What was damaged first, then all entries."""
        yield from self._image.problems
        yield from super().everything()

    def inode(self, number: int) -> FlashNode:
        """The latest node of an inode."""
        latest = self._image.latest.get(number)
        if latest is None:
            raise Malformed(f"inode {number} is not there")
        kind = kind_of(latest.mode)
        attributes = (self._image.attributes[number] for number in self._image.attributed.get(number, ()))
        return FlashNode(
            kind=kind,
            size=latest.size,
            mode=stat.S_IMODE(latest.mode),
            uid=latest.uid,
            gid=latest.gid,
            mtime=latest.mtime,
            links=self.links(number),
            device=self._device(latest) if kind in devices.DEVICES else None,
            facts=xattr_facts.facts(attributes),
            number=number,
        )

    def content(self, node: FlashNode) -> Iterator[Chunk]:
        """The bytes of a file; zeros stand for nodes that cannot be unpacked, which is said at the end."""
        failure: Malformed | None = None
        last: Inode | None = None
        plain = b""
        # A symbolic link states no size of its own in some writers: its target is what its node holds.
        nodes = self._image.inodes[node.number]
        size = node.size or (max((item.unpacked for item in nodes), default=0) if _is_link(node) else 0)
        for start, end, inode in ranges(nodes, size):
            if inode is None:
                yield from zeros(end - start)
                continue
            if inode is not last:
                try:
                    last, plain = inode, self._plain(inode)
                except Malformed as error:
                    failure = error
                    last, plain = None, b""
            if last is None:
                yield from zeros(end - start)
            else:
                yield plain[start - inode.offset : end - inode.offset]
        if failure:
            raise type(failure)(f"{failure.message}; zeros stand in its place")

    def _plain(self, inode: Inode) -> bytes:
        return codec.unpacked(self._packed(inode), inode.compressor, inode.unpacked)

    def _packed(self, inode: Inode) -> bytes:
        packed = self._data[inode.at : inode.at + inode.packed]
        if len(packed) < inode.packed:
            raise Truncated("a node is cut off")
        return packed

    def _device(self, inode: Inode) -> devices.Number:
        """The number is stored as data, in the old form of two bytes or the new one."""
        raw = self._packed(inode)[:LONGEST_DEVICE]
        number = int.from_bytes(raw, "little" if self._image.order == "<" else "big")
        return devices.narrow(number) if len(raw) == 2 else devices.wide(number)


def ranges(nodes: list[Inode], size: int) -> Iterator[Range]:
    """The first `size` bytes of a file in order; where nodes overlap, the highest version counts."""
    waiting = sorted((node for node in nodes if node.unpacked), key=attrgetter("offset"), reverse=True)
    active: list[tuple[int, int, Inode]] = []
    position = 0
    while position < size:
        while waiting and waiting[-1].offset <= position:
            node = waiting.pop()
            # Of equal versions, the one that stands further on is the copy that was made last.
            heapq.heappush(active, (-node.version, -node.at, node))
        while active and active[0][2].offset + active[0][2].unpacked <= position:
            heapq.heappop(active)
        end = min(size, waiting[-1].offset) if waiting else size
        best = active[0][2] if active else None
        if best:
            end = min(end, best.offset + best.unpacked)
        yield position, end, best if best and best.compressor != codec.ZERO else None
        position = end


def _is_link(node: FlashNode) -> bool:
    return node.kind is EntryKind.SYMLINK
