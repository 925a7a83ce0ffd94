"""Nodes of JFFS2 made one by one, for what mkfs.jffs2 does not write: versions, deletions, rare compressors."""

import struct
import zlib
from dataclasses import dataclass

TIME = 1_600_000_000


def checksum(data: bytes) -> int:
    return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


@dataclass
class Nodes:
    """`order` as struct writes it."""

    order: str = "<"

    def header(self, kind: int, length: int) -> bytes:
        raw = struct.pack(self.order + "HHI", 0x1985, kind, length)
        return raw + struct.pack(self.order + "I", checksum(raw))

    def clean_marker(self) -> bytes:
        return self.header(0x2003, 12)

    def dirent(self, parent: int, name: bytes, number: int, version: int = 1, kind: int = 8) -> bytes:
        head = self.header(0xE001, 40 + len(name))
        head += struct.pack(self.order + "IIIIBBH", parent, version, number, TIME, len(name), kind, 0)
        return _aligned(head + struct.pack(self.order + "II", checksum(head), checksum(name)) + name)

    def inode(
        self,
        number: int,
        data: bytes = b"",
        *,
        version: int = 1,
        mode: int = 0o100644,
        size: int | None = None,
        offset: int = 0,
        plain: int | None = None,
        how: int = 0,
    ) -> bytes:
        plain = len(data) if plain is None else plain
        size = offset + plain if size is None else size
        head = self.header(0xE002, 68 + len(data))
        head += struct.pack(self.order + "IIIHH", number, version, mode, 1000, 1001)
        head += struct.pack(self.order + "IIIIIII", size, TIME, TIME, TIME, offset, len(data), plain)
        head += struct.pack(self.order + "BBH", how, how, 0)
        return _aligned(head + struct.pack(self.order + "II", checksum(data), checksum(head)) + data)

    def attribute(self, number: int, prefix: int, name: bytes, value: bytes, version: int = 1) -> bytes:
        """An extended attribute; `prefix` 1 is "user.", 2 "security."."""
        data = name + b"\0" + value
        head = self.header(0xE008, 32 + len(data))
        head += struct.pack(self.order + "IIBBHI", number, version, prefix, len(name), len(value), checksum(data))
        return _aligned(head + struct.pack(self.order + "I", checksum(head)) + data)

    def reference(self, number: int, attribute: int, sequence: int) -> bytes:
        """Says that the inode `number` has an attribute, or with an odd `sequence` that it has it no longer."""
        head = self.header(0xE009, 28) + struct.pack(self.order + "III", number, attribute, sequence)
        return head + struct.pack(self.order + "I", checksum(head))


def rtime(plain: bytes) -> bytes:
    """Packed by pairs of a byte and the length of what follows as it did after the byte's last occurrence."""
    packed = bytearray()
    positions = [0] * 256
    at = 0
    while at < len(plain):
        value = plain[at]
        at += 1
        source, positions[value] = positions[value], at
        run = 0
        while at + run < len(plain) and run < 255 and plain[source + run] == plain[at + run]:
            run += 1
        packed += bytes((value, run))
        at += run
    return bytes(packed)


def rubin(plain: bytes, divider: int, ones: tuple[int, ...]) -> bytes:
    """The arithmetic coder of Linux, fs/jffs2/compr_rubin.c, with a model of eight bits."""
    low, width = 0, 1 << 16
    bits: list[int] = []

    def shift() -> None:
        nonlocal low, width
        while low >= 0x8000 or low + width <= 0x8000:
            bits.append(low >> 15 & 1)
            low, width = (low & 0x7FFF) << 1, width << 1

    for byte in plain:
        for place in range(8):
            shift()
            zero = min(max((divider - ones[place]) * width // divider, 1), width - 1)
            if byte >> place & 1:
                low, width = low + zero, width - zero
            else:
                width = zero
    for _ in range(16):
        bits.append(low >> 15 & 1)
        low = (low & 0x7FFF) << 1
    text = "".join(map(str, bits))
    return int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8), "big")


def _aligned(node: bytes) -> bytes:
    return node + b"\xff" * (-len(node) % 4)
