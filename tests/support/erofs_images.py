"""Small images of EROFS with what mkfs.erofs 1.5 cannot make: LZMA, deflate, Zstandard, fragments, shared extents."""

import lzma
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import lz4.block
import zstandard

BLOCK = 4096
METADATA_BLOCKS = 4
PLAIN, FIRST, CONTINUED, SECOND = range(4)
BIG, INTERLACED, FRAGMENT = 2 | 4, 16, 32
FULL_INDEX, CHUNKS = 1, 4
TIME = 1_700_000_000


def microlzma(content: bytes) -> bytes:
    """LZMA with the inverted properties in its first byte."""
    filters = [{"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": 1 << 20}]
    return bytes([0x5D ^ 0xFF]) + lzma.compress(content, lzma.FORMAT_RAW, filters=filters)[1:]


def deflate(content: bytes) -> bytes:
    return zlib.compress(content, 9, -15)


def lz4_block(content: bytes) -> bytes:
    packed: bytes = lz4.block.compress(content, store_size=False)
    return packed


METHODS: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "lz4": (0, lz4_block),
    "lzma": (1, microlzma),
    "deflate": (2, deflate),
    "zstd": (3, zstandard.compress),
}


@dataclass
class Image:
    """A root folder with files, added one by one. `features`: incompatible ones; 1 is padding in front."""

    features: int = 0x3F
    devices: int = 0
    blocks: bytearray = field(default_factory=bytearray)
    # The first place for an inode stays empty: number 0 would mean "no fragments".
    inodes: bytearray = field(default_factory=lambda: bytearray(32))
    entries: list[tuple[str, int, int]] = field(default_factory=list)
    packed: int = 0

    def store(self, raw: bytes, *, front: bool = True) -> int:
        """Put `raw` into whole blocks and return the first."""
        place = 1 + METADATA_BLOCKS + len(self.blocks) // BLOCK
        padding = bytes(-len(raw) % BLOCK)
        self.blocks += padding + raw if front else raw + padding
        return place

    def inode(
        self, mode: int, size: int, *, layout: int = 0, value: int = 0, behind: bytes = b"", attributes: int = 0
    ) -> int:
        """Append an inode with what stands behind it; returns its number. `attributes` is the count as it is kept."""
        number = len(self.inodes) // 32
        self.inodes += struct.pack("<4H4I2HI", layout << 1, attributes, mode, 1, size, 0, value, number, 5, 6, 0)
        self.inodes += behind + bytes(-len(behind) % 32)
        return number

    def add(self, name: str, number: int, kind: int = 1) -> None:
        self.entries.append((name, number, kind))

    def compressed(self, content: bytes, step: int, method: str, **header: int) -> int:
        """A file of extents of `step` bytes, the way most compressors leave them; returns its inode."""
        code, pack = METHODS[method]
        extents = []
        for start in range(0, len(content), step):
            raw = pack(content[start : start + step])
            extents.append((start, FIRST, self.store(raw), -(-len(raw) // BLOCK)))
        return self.indexed(len(content), extents, advice=BIG | header.pop("advice", 0), methods=code, **header)

    def indexed(
        self, size: int, extents: list[tuple[int, int, int, int]], *, advice: int = 0, methods: int = 0, low: int = 0
    ) -> int:
        """A file with full indexes for `extents`: (start, kind and flags, block, number of blocks)."""
        heads = {start // BLOCK: (start % BLOCK, kind, block, count) for start, kind, block, count in extents}
        assert len(heads) == len(extents)
        raw, last, count = b"", 0, 0
        for number in range(-(-size // BLOCK)):
            if number in heads:
                offset, kind, block, count = heads[number]
                raw += struct.pack("<2HI", kind, offset, block)
                last = number
            else:
                distance = 0x800 | count if number == last + 1 and advice & BIG else number - last
                raw += struct.pack("<4H", CONTINUED, 0, distance, 1)
        header = struct.pack("<IH2B", low, advice, methods, 0) + bytes(8)
        return self.inode(0o100644, size, layout=FULL_INDEX, behind=header + raw)

    def build(self) -> bytes:
        names, place = b"", 12 * (len(self.entries) + 2)
        raw = b""
        root = len(self.inodes) // 32
        for name, number, kind in sorted([(".", root, 2), ("..", root, 2), *self.entries]):
            raw += struct.pack("<QH2B", number, place + len(names), kind, 0)
            names += name.encode()
        listing = self.store(raw + names, front=False)
        self.inode(0o40755, len(raw + names), value=listing)
        assert len(self.inodes) <= METADATA_BLOCKS * BLOCK
        count = 1 + METADATA_BLOCKS + len(self.blocks) // BLOCK
        header = struct.pack("<4s2I2BH", b"\xe2\xe1\xf5\xe0", 0, 0, 12, 0, root)
        header += struct.pack("<2Q4I32x", len(self.entries) + 1, TIME, 0, count, 1, 0)
        header += struct.pack("<I3H2BIQ24x", self.features, 0xF, self.devices, 0, 0, 0, 0, self.packed)
        first = bytes(1024) + header
        metadata = bytes(self.inodes).ljust(METADATA_BLOCKS * BLOCK, b"\0")
        return first.ljust(BLOCK, b"\0") + metadata + bytes(self.blocks)
