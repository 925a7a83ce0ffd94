"""The latest checkpoint of F2FS, and the table that says where nodes are: two copies and a journal of changes."""

import zlib
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.f2fs.superblock import MAGIC, Superblock
from pellucid.formats.span import Data, take

HEAD = Struct("<Q124x5I4x2II")
BITMAPS_AT = 192
UNMOUNTED, COMPACT, FAST = 0x1, 0x4, 0x20
LARGE_BITMAP = 0x400
ENTRY, CHANGE = Struct("<xII"), Struct("<IxII")
SUMMARY_SIZE, FOOTER = 7, 5
SEED = int.from_bytes(MAGIC, "little") ^ 0xFFFFFFFF


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """`start` and `total` are blocks of the pack; `raw` its first block."""

    version: int
    start: int
    flags: int
    total: int
    summaries: int
    sit_bitmap: int
    nat_bitmap: int
    raw: bytes


class Table:
    """Where nodes are."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self._data = data
        self._superblock = superblock
        self._per_block = superblock.block // ENTRY.size
        self.checkpoint = _latest(data, superblock)
        self._bitmap = self._second_copies()
        self._changes = self._journal()

    def place(self, node: int) -> int:
        """The block of a node; Malformed when it has none."""
        found = self._changes.get(node)
        if found is None:
            found = self._stored(node)
        if not self._superblock.main <= found < self._superblock.blocks:
            raise Malformed(f"there is no node {node}")
        return found

    def _stored(self, node: int) -> int:
        block, index = divmod(node, self._per_block)
        segment, inside = divmod(block, self._superblock.segment)
        if 2 * segment >= self._superblock.table_segments or block >= len(self._bitmap) * 8:
            raise Malformed(f"there is no node {node}")
        second = self._bitmap[block >> 3] >> (7 - (block & 7)) & 1
        at = self._superblock.table + (2 * segment + second) * self._superblock.segment + inside
        raw = take(self._data, at * self._superblock.block + index * ENTRY.size, ENTRY.size)
        place: int = ENTRY.unpack(raw)[1]
        return place

    def _second_copies(self) -> bytes:
        """For every block of the table, whether the second copy is the valid one."""
        head = self.checkpoint
        at = BITMAPS_AT
        if head.flags & LARGE_BITMAP:
            at += 4
        elif not self._superblock.payload:
            at += head.sit_bitmap
        whole = head.raw
        if at + head.nat_bitmap > len(whole):
            length = min(at + head.nat_bitmap, (1 + self._superblock.payload) * self._superblock.block)
            whole = take(self._data, head.start * self._superblock.block, length)
        return take(whole, at, head.nat_bitmap)

    def _journal(self) -> dict[int, int]:
        """Changes that stand with the summary of the segment of hot data."""
        head, size = self.checkpoint, self._superblock.block
        entries = size // 8 * SUMMARY_SIZE
        if head.flags & COMPACT:
            at = (head.start + head.summaries) * size
        else:
            kinds = 6 if head.flags & (UNMOUNTED | FAST) else 3
            at = (head.start + head.total - kinds - 1) * size + entries
        room = size - entries - FOOTER
        raw = take(self._data, at, room)
        count = min(int.from_bytes(raw[:2], "little"), (room - 2) // CHANGE.size)
        return {node: place for node, _, place in CHANGE.iter_unpack(raw[2 : 2 + count * CHANGE.size])}


def _latest(data: Data, superblock: Superblock) -> Checkpoint:
    """The newer of the two packs, among those that are whole."""
    found = []
    failure: Malformed = Malformed("there is no checkpoint in F2FS")
    for start in (superblock.checkpoints, superblock.checkpoints + superblock.segment):
        try:
            found.append(_pack(data, superblock, start))
        except Malformed as error:
            failure = error
    if not found:
        raise failure
    return max(found, key=lambda pack: pack.version)


def _pack(data: Data, superblock: Superblock, start: int) -> Checkpoint:
    size = superblock.block
    raw = take(data, start * size, size)
    version, flags, total, summaries, _, _, sit, nat, sum_at = HEAD.unpack_from(raw)
    if not 2 < total <= superblock.segment or summaries >= total:
        raise Malformed("a checkpoint of F2FS is impossible")
    last = take(data, (start + total - 1) * size, size)
    if last[:8] != raw[:8] or not BITMAPS_AT <= sum_at <= size - 4:
        raise Malformed("a checkpoint of F2FS was not written whole")
    for block in (raw, last):
        stated = int.from_bytes(block[sum_at : sum_at + 4], "little")
        found = zlib.crc32(block[:sum_at], SEED)
        if sum_at < size - 4:
            found = zlib.crc32(block[sum_at + 4 :], found)
        if found ^ 0xFFFFFFFF != stated:
            raise Malformed("the checksum of a checkpoint of F2FS is wrong")
    return Checkpoint(
        version=version,
        start=start,
        flags=flags,
        total=total,
        summaries=summaries,
        sit_bitmap=sit,
        nat_bitmap=nat,
        raw=raw,
    )
