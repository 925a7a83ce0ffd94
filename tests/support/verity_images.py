"""Data with hash trees of dm-verity and of Android's verified boot, made byte by byte."""

import hashlib
import struct
from dataclasses import dataclass

DATA = b"".join(hashlib.sha512(b"%d" % number).digest() * 8 for number in range(18))
SALT = bytes(range(16))


@dataclass(frozen=True)
class Verity:
    """How a tree is made: blocks of data and of the tree have the same size, in bytes."""

    algorithm: str = "sha256"
    block: int = 512
    salt: bytes = SALT
    version: int = 1

    def digest(self, block: bytes) -> bytes:
        text = self.salt + block if self.version else block + self.salt
        return hashlib.new(self.algorithm, text).digest()

    def level(self, below: bytes) -> bytes:
        """The digests of the blocks of what is below, in blocks."""
        size = len(self.digest(b""))
        slot = 1 << (size - 1).bit_length() if self.version else size
        each = 1 << (self.block // size).bit_length() - 1
        slots = [self.digest(below[at : at + self.block]).ljust(slot, b"\0") for at in range(0, len(below), self.block)]
        pages = [b"".join(slots[at : at + each]) for at in range(0, len(slots), each)]
        return b"".join(page.ljust(self.block, b"\0") for page in pages)

    def tree(self, data: bytes) -> tuple[bytes, bytes]:
        """The tree, the top first, and the root hash."""
        below, whole = data, b""
        while len(below) > self.block:
            below = self.level(below)
            whole = below + whole
        return whole, self.digest(below)

    def superblock(self, data: bytes) -> bytes:
        """As cryptsetup writes it, in a block of its own."""
        blocks = len(data) // self.block
        fields = (b"verity\0\0", 1, self.version, bytes(range(16)), self.algorithm.encode(), self.block, self.block)
        packed = struct.pack("<8s2I16s32s2IQH6x256s168x", *fields, blocks, len(self.salt), self.salt)
        return packed.ljust(-(-len(packed) // self.block) * self.block, b"\0")

    def behind(self, data: bytes) -> tuple[bytes, bytes]:
        """The data, the superblock and the tree; and the root hash."""
        tree, root = self.tree(data)
        return data + self.superblock(data) + tree, root

    def vbmeta(self, data: bytes, name: bytes = b"system", root: bytes = b"") -> bytes:
        """A vbmeta structure that describes the tree behind the data; unsigned."""
        tree, true_root = self.tree(data)
        sizes = (len(data), len(data), len(tree), self.block, self.block)
        fields = (1, *sizes, 0, 0, 0, self.algorithm.encode(), len(name), len(self.salt), len(true_root), 0)
        body = struct.pack(">I3Q3I2Q32s4I60x", *fields) + name + self.salt + (root or true_root)
        body += bytes(-len(body) % 8)
        rows = struct.pack(">2Q", 1, len(body)) + body
        auxiliary = rows + bytes(-len(rows) % 64)
        places = (0, 0, 0, 0, len(rows), 0, len(rows), 0, 0, len(rows))
        header = struct.pack(">4s2I2QI10Q", b"AVB0", 1, 0, 0, len(auxiliary), 0, *places)
        return (header + struct.pack(">Q2I48s", 0, 0, 0, b"avbtool 1.3.0")).ljust(256, b"\0") + auxiliary

    def android(self, data: bytes, name: bytes = b"system", root: bytes = b"") -> bytes:
        """A partition as avbtool add_hashtree_footer makes it: data, tree, vbmeta, footer."""
        tree, _ = self.tree(data)
        meta = self.vbmeta(data, name, root)
        at = len(data) + len(tree)
        footer = struct.pack(">4s2I3Q28x", b"AVBf", 1, 0, len(data), at, len(meta))
        return data + tree + meta.ljust(1024, b"\0") + footer


def changed(data: bytes, at: int) -> bytes:
    """With another byte at `at`."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
