"""Small btrfs images with what mkfs.btrfs cannot make: compression, subvolumes, devices, hard links, holes."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import lzallright
import zstandard

from pellucid.formats.crc32c import crc32c

NODE, SECTOR = 4096, 4096
FIRST_NODE, SUPERBLOCK = 0x20000, 0x10000
FOLDER, FILE, LINK, DEVICE = 0o40755, 0o100644, 0o120777, 0o20666
Key = tuple[int, int, int]


def packed_lzo(content: bytes) -> bytes:
    """Pieces of a sector behind their lengths, none of which crosses the end of a sector."""
    body = bytearray(4)
    for at in range(0, len(content), SECTOR):
        piece = lzallright.LZOCompressor().compress(content[at : at + SECTOR])
        left = SECTOR - len(body) % SECTOR
        body += bytes(left) if left < 4 else b""
        body += struct.pack("<I", len(piece)) + piece
    return struct.pack("<I", len(body)) + bytes(body[4:])


PACKERS: dict[int, Callable[[bytes], bytes]] = {0: bytes, 1: zlib.compress, 2: packed_lzo, 3: zstandard.compress}
TEXT = b"".join(b"line number %d of a file\n" % number for number in range(4000))


def inode(mode: int, size: int, *, links: int = 1, device: int = 0) -> bytes:
    head = struct.pack("<5Q4IQ", 1, 1, size, size, 0, links, 7, 9, mode, device).ljust(112, b"\0")
    return head + struct.pack("<qI", 1_700_000_000, 5) * 4


def name(child: int, text: bytes, *, kind: int = 1) -> bytes:
    return struct.pack("<QBQQHHB", child, kind, 0, 1, 0, len(text), 1) + text


def inline(content: bytes, method: int = 0) -> bytes:
    return struct.pack("<QQBBHB", 1, len(content), method, 0, 0, 0) + PACKERS[method](content)


@dataclass
class Btrfs:
    """`volumes`: the items of every subvolume, by number; 5 is the main one. `above`: in which one another stands."""

    volumes: dict[int, dict[Key, bytes]] = field(default_factory=dict)
    above: dict[int, int] = field(default_factory=dict)
    devices: int = 1
    profile: int = 0
    length: int = 1 << 20
    features: int = 0x341
    _body: bytearray = field(default_factory=bytearray)

    def build(self) -> bytes:
        """One chunk, in which logical addresses are offsets."""
        self._body = bytearray(FIRST_NODE)
        volumes = self.volumes or self.sample()
        chunk = struct.pack("<4Q3I2H", self.length, 2, 65536, 7 | self.profile, 4096, 4096, 4096, 1, 1)
        chunk += struct.pack("<2Q16x", 1, 0)
        chunk_root, _ = self.tree({(256, 228, 0): chunk})
        roots: dict[Key, bytes] = {}
        for number, items in volumes.items():
            at, level = self.tree(items)
            item = inode(FOLDER, 0) + struct.pack("<7QI", 1, 256, at, 0, 0, 0, 0, 1) + bytes(17)
            roots[number, 132, 0] = item.ljust(238, b"\0") + bytes([level]) + bytes(200)
            if number in self.above:
                roots[number, 144, self.above[number]] = struct.pack("<QQH", 256, 2, 4) + b"name"
        root, level = self.tree(roots)
        head = bytearray(4096)
        head[0x20:0x30] = bytes(range(16))
        struct.pack_into("<2Q8s3Q", head, 0x30, SUPERBLOCK, 1, b"_BHRfS_M", 1, root, chunk_root)
        end = -(-len(self._body) // SECTOR) * SECTOR
        struct.pack_into("<2Q", head, 0x70, end, end)
        struct.pack_into("<2Q4I", head, 0x80, 6, self.devices, SECTOR, NODE, NODE, SECTOR)
        struct.pack_into("<I", head, 0xA0, 17 + len(chunk))
        struct.pack_into("<Q", head, 0xBC, self.features)
        head[0xC6] = level
        struct.pack_into("<2Q", head, 0xC9, 1, end)
        head[0x11B:0x12B] = head[0x20:0x30]
        head[0x12B:0x131] = b"sample"
        head[0x32B : 0x32B + 17 + len(chunk)] = struct.pack("<QBQ", 256, 228, 0) + chunk
        self._body[SUPERBLOCK : SUPERBLOCK + 4096] = sealed(bytes(head))
        return bytes(self._body.ljust(end, b"\0"))

    def tree(self, items: dict[Key, bytes]) -> tuple[int, int]:
        """Leaves of as many items as fit, and one node above when there are several."""
        leaves: list[list[tuple[Key, bytes]]] = [[]]
        for item in sorted(items.items()):
            if sum(len(value) + 25 for _, value in leaves[-1]) + len(item[1]) + 25 + 101 > NODE:
                leaves.append([])
            leaves[-1].append(item)
        places = [(leaf[0][0], self._leaf(leaf)) for leaf in leaves]
        if len(places) == 1:
            return places[0][1], 0
        pointers = b"".join(struct.pack("<QBQQQ", *key, at, 1) for key, at in places)
        return self._node(len(places), 1, pointers), 1

    def _leaf(self, items: list[tuple[Key, bytes]]) -> int:
        heads, end, values = b"", NODE - 101, b""
        for key, value in items:
            end -= len(value)
            heads += struct.pack("<QBQII", *key, end, len(value))
            values = value + values
        return self._node(len(items), 0, heads.ljust(NODE - 101 - len(values), b"\0") + values)

    def _node(self, count: int, level: int, body: bytes) -> int:
        at = len(self._body)
        head = struct.pack("<QQ16xQQIB", at, 1, 1, 1, count, level)
        self._body += sealed(bytes(32) + bytes(range(16)) + head + body.ljust(NODE - 101, b"\0"))
        return at

    def extent(self, content: bytes, method: int = 0, *, skipped: int = 0, count: int = 0, kind: int = 1) -> bytes:
        """`content`, put into the image, as an extent item."""
        packed = PACKERS[method](content)
        at = len(self._body)
        room = -(-len(packed) // SECTOR) * SECTOR
        self._body += packed.ljust(room, b"\0")
        head = struct.pack("<QQBBHB", 1, len(content), method, 0, 0, kind)
        return head + struct.pack("<4Q", at, room, skipped, count or len(content) - skipped)

    def sample(self) -> dict[int, dict[Key, bytes]]:
        """A main volume with a file of every kind, and a subvolume with another one in it."""
        whole = TEXT[: 24 * SECTOR]
        main: dict[Key, bytes] = {(256, 1, 0): inode(FOLDER, 0)}
        entries = [b"plain", b"zlib", b"lzo", b"zstd", b"inline", b"packed", b"holes", b"link", b"null", b"again"]
        for number, text in enumerate(entries):
            main[256, 96, number + 2] = name(257 + number if text != b"again" else 257, text)
        main[256, 96, 50] = name(300, b"below", kind=132)
        for method in range(4):
            main[257 + method, 1, 0] = inode(FILE, len(whole), links=1 + (not method))
            main[257 + method, 108, 0] = self.extent(whole, method)
        main[261, 1, 0], main[261, 108, 0] = inode(FILE, 6), inline(b"inline")
        main[262, 1, 0], main[262, 108, 0] = inode(FILE, 2000), inline(bytes(2000), 1)
        main[263, 1, 0] = inode(FILE, 7 * SECTOR)
        main[263, 108, SECTOR] = self.extent(whole[: 3 * SECTOR], 3, skipped=SECTOR, count=SECTOR)
        main[263, 108, 3 * SECTOR] = self.extent(whole[: 2 * SECTOR], skipped=SECTOR)
        main[263, 108, 4 * SECTOR] = self.extent(whole[:SECTOR], kind=2)
        main[263, 108, 5 * SECTOR] = struct.pack("<QQBBHB4Q", 1, SECTOR, 0, 0, 0, 1, 0, 0, 0, SECTOR)
        main[264, 1, 0], main[264, 108, 0] = inode(LINK, 5), inline(b"plain")
        main[265, 1, 0] = inode(DEVICE, 0, device=1 << 20 | 3)
        sub = {
            (256, 1, 0): inode(FOLDER, 0),
            (256, 96, 2): name(257, b"file"),
            (256, 96, 3): name(301, b"sub", kind=132),
        }
        sub[257, 1, 0], sub[257, 108, 0] = inode(FILE, 5), inline(b"child")
        deeper = {(256, 1, 0): inode(FOLDER, 0), (256, 96, 2): name(257, b"file")}
        deeper[257, 1, 0], deeper[257, 108, 0] = inode(FILE, 6), inline(b"deeper")
        return {5: main, 300: sub, 301: deeper}


def sealed(node: bytes) -> bytes:
    """A node or superblock with a right checksum."""
    return crc32c(node[32:]).to_bytes(4, "little") + node[4:]
