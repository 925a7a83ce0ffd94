"""Nodes of UBIFS: their header with its checksum, the superblock, the master node, keys. All little-endian."""

import zlib
from collections.abc import Iterator
from struct import Struct
from typing import Any

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data

MAGIC = b"\x31\x18\x10\x06"
HEADER = Struct("<4sIQIBB2x")
INODE, DATA, ENTRY, ATTRIBUTE, TRUNCATION, PADDING, SUPERBLOCK, MASTER, REFERENCE, INDEX, COMMIT, ORPHANS = range(12)
LONGEST_NODE = 1 << 15
# Looking for nodes in damaged blocks, so much is read in vain at most, in lengths of the block.
MOST_IN_VAIN = 32
SUPERBLOCK_FIELDS = Struct("<24x2xBBIIIIIQIIIIIIIH2xIIQI16sI")
MASTER_FIELDS = Struct("<24xQQIIIII")
KEY = Struct("<II")
ENCRYPTED, AUTHENTICATED = 0x10, 0x20
COMPRESSORS = {0: "none", 1: "lzo", 2: "zlib", 3: "zstd"}
FIRST_LOG, MASTERS = 3, (1, 2)
MOST_BLOCKS = 1 << 22


class Superblock(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes; counts in logical erase blocks (LEBs)."""

    unit: int
    block: int
    blocks: int
    most_blocks: int
    log_blocks: int
    version: int
    compressor: int
    flags: int
    uuid: bytes

    @property
    def length(self) -> int:
        return self.block * self.blocks


class Master(msgspec.Struct, frozen=True, kw_only=True):
    """Where the newest index that was committed has its root, and the number of that commit."""

    commit: int
    log: int
    root: tuple[int, int, int]


class Node(msgspec.Struct, frozen=True):
    """A node whose checksum is right; `raw` is all of it, header included."""

    type: int
    sequence: int
    raw: bytes


def checksum(data: bytes) -> int:
    """CRC-32 without the inversion at the end."""
    return zlib.crc32(data) ^ 0xFFFFFFFF


def node(data: Data, at: int) -> Node:
    """The node at `at`; raises Malformed."""
    head = data[at : at + HEADER.size]
    if len(head) < HEADER.size:
        raise Truncated("a node is cut off")
    magic, stated, sequence, length, kind, _ = HEADER.unpack(head)
    if magic != MAGIC or not HEADER.size <= length <= LONGEST_NODE:
        raise Malformed(f"no node stands at 0x{at:x}")
    raw = data[at : at + length]
    if len(raw) < length:
        raise Truncated("a node is cut off")
    if checksum(raw[8:]) != stated:
        raise Malformed(f"the checksum of the node at 0x{at:x} differs")
    return Node(kind, sequence, raw)


def unpack(layout: Struct, found: Node, kind: int) -> tuple[Any, ...]:
    """The fields of a node that must be of type `kind`."""
    if found.type != kind or len(found.raw) < layout.size:
        raise Malformed(f"a node of type {found.type} is none of type {kind}")
    return layout.unpack_from(found.raw)


def superblock(data: Data, start: int = 0) -> Superblock:
    """The superblock at `start`, checked."""
    found = node(data, start)
    fields = unpack(SUPERBLOCK_FIELDS, found, SUPERBLOCK)
    _, _, flags, unit, block, blocks, most, _, log, _, _, _, _, _, version, compressor, _, _, _, _, uuid, _ = fields
    if not 8 <= unit <= block or block % 8 or not 4096 <= block <= 64 << 20:
        raise Malformed("the sizes of UBIFS are impossible")
    if not FIRST_LOG < blocks <= most <= MOST_BLOCKS or not 0 < log < blocks:
        raise Malformed("the counts of UBIFS are impossible")
    return Superblock(
        unit=unit,
        block=block,
        blocks=blocks,
        most_blocks=most,
        log_blocks=log,
        version=version,
        compressor=compressor,
        flags=flags,
        uuid=uuid,
    )


def master(data: Data, volume: Superblock) -> Master:
    """The newest of the master nodes."""
    newest: tuple[int, int, int] | None = None
    best: Master | None = None
    for block in MASTERS:
        for _, found in scan(data, block * volume.block, (block + 1) * volume.block):
            if found.type == MASTER:
                _, commit, _, log, number, offset, length = unpack(MASTER_FIELDS, found, MASTER)
                if newest is None or (commit, found.sequence, block) >= newest:
                    newest = commit, found.sequence, block
                    best = Master(commit=commit, log=log, root=(number, offset, length))
    if best is None:
        raise Malformed("both master nodes are lost")
    return best


def scan(data: Data, start: int, end: int) -> Iterator[tuple[int, Node]]:
    """Every node between `start` and `end` that is whole, with its offset."""
    end = min(end, len(data))
    in_vain = 0
    at = data.find(MAGIC, start, end)
    while at >= 0 and in_vain < MOST_IN_VAIN * (end - start):
        following = at + 8
        if (at - start) % 8 == 0:
            try:
                found = node(data, at)
            except Malformed:
                in_vain += LONGEST_NODE
            else:
                if at + len(found.raw) <= end:
                    yield at, found
                    following = at + (len(found.raw) + 7 & ~7)
        else:
            following = at + 1
        at = data.find(MAGIC, following, end)
