"""The log of JFFS2: nodes with checksums on 4-byte boundaries, between erased and damaged bytes."""

import math
import zlib
from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data

MAGIC = 0x1985
ACCURATE = 0x2000
DIRENT, INODE, CLEAN_MARKER, PADDING, SUMMARY = 0xE001, 0xE002, 0x2003, 0x2004, 0x2006
XATTR, XATTR_REFERENCE = 0xE008, 0xE009
KINDS = (DIRENT, INODE, CLEAN_MARKER, PADDING, SUMMARY, XATTR, XATTR_REFERENCE)
HEADERS = {order: Struct(order + "HHII") for order in "<>"}
MAGICS = {order: Struct(order + "H").pack(MAGIC) for order in "<>"}
SMALLEST_BLOCK, USUAL_BLOCK = 4096, 256 << 10
# Where every erase block has a clean marker, free space goes on; without one, so much of it is the end.
EMPTY_BLOCKS = 2
# What numbers and versions name: inode or folder, version; where the checksums of header and content stand.
IDENTITY = {order: Struct(order + "12x2I") for order in "<>"}
CHECKSUMS_AT = {DIRENT: 32, INODE: 60}
# A version is given once. When so many name two different things, a second file system has begun.
MOST_CONFLICTS, MOST_COMPARED = 3, 400_000
STEP = 1 << 16
# Comparing is a hundred times faster than stripping.
ERASED = b"\xff" * STEP


class Node(msgspec.Struct, frozen=True):
    """`length` in bytes from `at`, header included. `live` is False for a node that was marked as superseded."""

    at: int
    kind: int
    length: int
    live: bool


def checksum(data: bytes) -> int:
    """CRC-32 without the usual inversions."""
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def order_of(data: Data, start: int) -> str:
    """The byte order of the node at `start`, as struct writes it; raises Malformed where no node stands."""
    for order, magic in MAGICS.items():
        if data[start : start + 2] == magic and node_at(data, start, order):
            return order
    raise Malformed("no node of JFFS2")


def node_at(data: Data, at: int, order: str) -> Node | None:
    """The node at `at` if the checksum of its header is right."""
    raw = data[at : at + 12]
    if len(raw) < 12:
        return None
    magic, kind, length, stated = HEADERS[order].unpack(raw)
    if magic != MAGIC or length < 12:
        return None
    live = bool(kind & ACCURATE)
    if not live:
        raw = HEADERS[order].pack(magic, kind | ACCURATE, length, stated)
    if checksum(raw[:8]) != stated:
        return None
    return Node(at, kind | ACCURATE, length, live)


class Log:
    """The nodes from `start` on. Once all are read, `end` is where the file system ends, `skipped` what was damaged."""

    def __init__(self, data: Data, start: int = 0) -> None:
        self.order = order_of(data, start)
        self._data = data
        self._start = start
        self.end = start
        self.block = 0
        self._first_marker: int | None = None
        self.skipped: list[tuple[int, int]] = []
        self._last_marker: int | None = None
        self._known: dict[int, int] = {}
        self._conflicts: list[int] = []

    def __iter__(self) -> Iterator[Node]:
        at: int | None = self._start
        while at is not None:
            node = node_at(self._data, at, self.order)
            if node:
                self._note(node)
                # Where it is so from the beginning, the writer counted in another way.
                if len(self._conflicts) >= MOST_CONFLICTS and self._conflicts[0] - self._start >= SMALLEST_BLOCK:
                    self.end = self._conflicts[0]
                    return
                yield node
                at = self.end = at + (node.length + 3 & ~3)
            else:
                at = self._following(at)
        self.end = self._rounded()

    def _note(self, node: Node) -> None:
        if node.kind == CLEAN_MARKER:
            if self._first_marker is None:
                self._first_marker = node.at
            self.block = math.gcd(self.block, node.at - self._first_marker)
            self._last_marker = node.at
        elif node.live and node.kind in CHECKSUMS_AT:
            self._compare(node)

    def _compare(self, node: Node) -> None:
        """Note the beginning of the block in which a version was given again for something else."""
        at = node.at + CHECKSUMS_AT[node.kind]
        sums = self._data[at : at + 8]
        if len(sums) == 8 and len(self._known) < MOST_COMPARED:
            number, version = IDENTITY[self.order].unpack_from(self._data, node.at)
            stated = int.from_bytes(sums, "big")
            if self._known.setdefault((number << 32 | version) << 1 | (node.kind == INODE), stated) != stated:
                self._conflicts.append(node.at if self._last_marker is None else self._last_marker)

    def _block(self) -> int:
        return self.block if self.block >= SMALLEST_BLOCK else USUAL_BLOCK

    def _following(self, at: int) -> int | None:
        """Where the next node stands behind free space and damage; None when there is none."""
        written = self._behind_erased(at)
        if self._first_marker is not None and written - at > EMPTY_BLOCKS * self._block():
            return None
        if node_at(self._data, written, self.order):
            return written
        magic, limit = MAGICS[self.order], min(written + self._block(), len(self._data))
        found = self._data.find(magic, written, limit)
        while found >= 0:
            if (found - self._start) % 4 == 0 and node_at(self._data, found, self.order):
                self.skipped.append((written, found - written))
                return found
            found = self._data.find(magic, found + 1, limit)
        return None

    def _behind_erased(self, at: int) -> int:
        size = len(self._data)
        while at < size:
            piece = self._data[at : at + STEP]
            left = len(piece.lstrip(b"\xff")) if piece != ERASED else 0
            if left:
                at += len(piece) - left
                return at - (at - self._start) % 4
            at += len(piece)
        return size

    def _rounded(self) -> int:
        """The end of the last node, or of its erase block when the rest of it is erased."""
        if self.block < SMALLEST_BLOCK or self._first_marker is None:
            return self.end
        last = self._first_marker + -(-(self.end - self._first_marker) // self.block) * self.block
        last = max(min(last, len(self._data)), self.end)
        return last if self._behind_erased(self.end) >= last else self.end
