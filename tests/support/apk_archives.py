"""Packages of apk version 3, byte for byte, as apk-v3(5) says; without files, signatures and scripts."""

import struct
import zlib
from collections.abc import Mapping, Sequence

import zstandard

BLOB, ARRAY, OBJECT = 0x8, 0xD, 0xE


class Tree:
    """Values in the order in which they are written; each is known by its 32 bits."""

    def __init__(self) -> None:
        self.data = bytearray(8)

    def text(self, value: str) -> int:
        at = len(self.data)
        self.data += bytes([len(value.encode())]) + value.encode()
        return BLOB << 28 | at

    def slots(self, kind: int, values: Mapping[int, int]) -> int:
        self.data += b"\0" * (-len(self.data) % 4)
        at, count = len(self.data), max(values, default=0) + 1
        self.data += struct.pack(f"<{count}I", count, *(values.get(number, 0) for number in range(1, count)))
        return kind << 28 | at

    def array(self, values: Sequence[int]) -> int:
        return self.slots(ARRAY, dict(enumerate(values, 1)))

    def done(self, root: int) -> bytes:
        self.data[4:8] = struct.pack("<I", root)
        return bytes(self.data)


def package(name: str, version: str, *, needs: Sequence[str] = (), schema: bytes = b"pckg") -> bytes:
    """A package that says what it is, and no more."""
    tree = Tree()
    texts = {1: name, 2: version, 4: "a package", 5: "aarch64_cortex-a53", 6: "MIT", 7: f"base/{name}"}
    fields = {number: tree.text(value) for number, value in texts.items()}
    fields[0xB] = 0x1 << 28 | 1700000000 & 0x0FFFFFFF
    dependencies = [tree.slots(OBJECT, {1: tree.text(need), 2: tree.text("1.0")}) for need in needs]
    fields[0xF] = tree.array(dependencies)
    data = tree.done(tree.slots(OBJECT, {1: tree.slots(OBJECT, fields)}))
    return b"ADB." + schema + struct.pack("<I", len(data) + 4) + data + b"\0" * (-(len(data) + 4) % 8)


def deflated(plain: bytes) -> bytes:
    """Behind raw deflate, as apk writes it where nothing else is asked for."""
    stream = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return b"ADBd" + stream.compress(plain) + stream.flush()


def named(plain: bytes, algorithm: int) -> bytes:
    """Behind a compressor with a number: 1 deflate, 2 Zstandard."""
    packed = deflated(plain)[4:] if algorithm == 1 else zstandard.compress(plain)
    return b"ADBc" + bytes([algorithm, 9]) + packed
