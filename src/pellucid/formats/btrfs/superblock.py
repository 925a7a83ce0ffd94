"""The superblock of btrfs, and the chunks that say where logical addresses lie on this device."""

import hashlib
from bisect import bisect_right
from functools import partial
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.crc32c import crc32c
from pellucid.formats.span import Data, take

AT, SIZE = 0x10000, 4096
MAGIC, MAGIC_AT = b"_BHRfS_M", AT + 0x40
CHECKED_AT = 0x20
CRC, SHA256, BLAKE2 = 0, 2, 3
CHUNKS_AT, CHUNKS_SIZE = 0x32B, 2048
# Incompatible features: all up to simple quotas are known; two change where things lie.
KNOWN, STRIPE_TREE = 0x17FFF, 1 << 14
STRIPED = 0x8 | 0x40 | 0x80 | 0x100
KEY = Struct("<QBQ")
CHUNK, STRIPE = Struct("<4Q3I2H"), Struct("<2Q16x")
CHUNK_ITEM = 228


class Superblock(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes, trees by the logical address of their root and its level."""

    size: int
    device: int
    devices: int
    sector: int
    node: int
    root: tuple[int, int]
    chunk_root: tuple[int, int]
    log_root: int
    chunks: bytes
    generation: int
    label: str
    uuid: bytes


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """Logical addresses and where their copies lie on this device; `striped` chunks cannot be read."""

    start: int
    length: int
    copies: tuple[int, ...]
    striped: bool


def read(data: Data, start: int = 0) -> Superblock:
    """The superblock of the file system that begins at `start`, checked. Its copies are refused."""
    head = take(data, start + AT, SIZE)
    word = partial(_word, head)
    if head[0x40:0x48] != MAGIC or word(0x30, 8) != AT:
        raise Malformed("no superblock of btrfs")
    _check_sum(head, word(0xC4, 2))
    found = Superblock(
        size=word(0xD1, 8),
        device=word(0xC9, 8),
        devices=word(0x88, 8),
        sector=word(0x90),
        node=word(0x94),
        root=(word(0x50, 8), head[0xC6]),
        chunk_root=(word(0x58, 8), head[0xC7]),
        log_root=word(0x60, 8),
        chunks=head[CHUNKS_AT : CHUNKS_AT + min(word(0xA0), CHUNKS_SIZE)],
        generation=word(0x48, 8),
        label=head[0x12B:0x22B].partition(b"\0")[0].decode("utf-8", "backslashreplace"),
        uuid=head[0x20:0x30],
    )
    if found.sector not in (2048, 4096, 8192, 16384, 32768, 65536) or not found.devices:
        raise Malformed("the superblock of btrfs is impossible")
    if not found.sector <= found.node <= 65536 or found.node & (found.node - 1) or found.size < AT + SIZE:
        raise Malformed("the superblock of btrfs is impossible")
    if word(0xBC, 8) & (STRIPE_TREE | ~KNOWN):
        raise Unsupported(f"btrfs with the features {word(0xBC, 8):#x}")
    return found


def _check_sum(head: bytes, kind: int) -> None:
    body = head[CHECKED_AT:]
    if kind == CRC:
        expected = crc32c(body).to_bytes(4, "little")
    elif kind == SHA256:
        expected = hashlib.sha256(body).digest()
    elif kind == BLAKE2:
        expected = hashlib.blake2b(body, digest_size=32).digest()
    else:
        return
    if not head.startswith(expected):
        raise Malformed("the checksum of the superblock of btrfs is wrong")


class Chunks:
    """From logical addresses to offsets."""

    def __init__(self, superblock: Superblock) -> None:
        self._device = superblock.device
        self._chunks: list[Chunk] = []
        self._starts: list[int] = []
        packed, at = superblock.chunks, 0
        while at + KEY.size + CHUNK.size <= len(packed):
            _, kind, start = KEY.unpack_from(packed, at)
            if kind != CHUNK_ITEM:
                raise Malformed("the first chunks of btrfs are damaged")
            at += KEY.size
            at += self.add(start, packed[at:])

    def add(self, start: int, item: bytes) -> int:
        """Learn the chunk that `item` tells; the number of bytes that it takes."""
        if len(item) < CHUNK.size:
            raise Malformed("a chunk of btrfs is damaged")
        length, _, _, kind, _, _, _, stripes, _ = CHUNK.unpack_from(item)
        end: int = CHUNK.size + stripes * STRIPE.size
        if end > len(item) or not stripes or start + length >= 1 << 64:
            raise Malformed("a chunk of btrfs is damaged")
        places = STRIPE.iter_unpack(item[CHUNK.size : end])
        copies = tuple(at for device, at in places if device == self._device)
        index = bisect_right(self._starts, start)
        if not index or self._starts[index - 1] != start:
            self._starts.insert(index, start)
            self._chunks.insert(index, Chunk(start=start, length=length, copies=copies, striped=bool(kind & STRIPED)))
        return end

    def places(self, logical: int, length: int) -> list[int]:
        """The offsets of all copies on this device."""
        index = bisect_right(self._starts, logical) - 1
        if index < 0 or logical + length > self._chunks[index].start + self._chunks[index].length:
            raise Malformed("an address lies in no chunk")
        chunk = self._chunks[index]
        if chunk.striped:
            raise Unsupported("its bytes are spread over several devices")
        if not chunk.copies:
            raise Unsupported("its bytes are on another device")
        return [copy + logical - chunk.start for copy in chunk.copies]


def _word(head: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(head[at : at + size], "little")
