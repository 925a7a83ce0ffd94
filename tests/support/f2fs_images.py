"""Small F2FS images with what Debian's sload.f2fs cannot make: content in inodes, compression, levels of nodes."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import lz4.block
import lzallright
import zstandard

BLOCK, SEGMENT = 4096, 8
CHECKPOINTS, SIT, NAT, SUMMARIES, MAIN = 8, 24, 40, 56, 64
FOLDER, FILE, LINK, DEVICE = 0o40755, 0o100640, 0o120777, 0o20666
INLINE_DATA, INLINE_NAMES, EXTRA = 0x2, 0x4, 0x20
EXTRA_SIZE, CLUSTER = 36, 4
PACKED, NEW = 0xFFFFFFFE, 0xFFFFFFFF
MAGIC = 0xF2F52010
TEXT = b"".join(b"line number %d of a file\n" % number for number in range(2000))
PACKERS: dict[int, Callable[[bytes], bytes]] = {
    0: lambda plain: bytes(lzallright.LZOCompressor().compress(plain)),
    1: lambda plain: lz4.block.compress(plain, store_size=False),
    2: zstandard.compress,
}
SIZE = 3 * CLUSTER * BLOCK - 100


def crc(raw: bytes) -> bytes:
    return (zlib.crc32(raw, MAGIC ^ 0xFFFFFFFF) ^ 0xFFFFFFFF).to_bytes(4, "little")


def entries(area: int, names: dict[bytes, int]) -> bytes:
    """An area of entries of a folder."""
    count = area * 8 // (19 * 8 + 1)
    used, heads, texts = 0, bytearray(11 * count), bytearray(8 * count)
    at = 0
    for name, number in names.items():
        used |= 1 << at
        heads[at * 11 : at * 11 + 11] = struct.pack("<IIHB", 0, number, len(name), 1)
        texts[at * 8 : at * 8 + len(name)] = name
        at += -(-len(name) // 8)
    assert at <= count
    return used.to_bytes((count + 7) // 8, "little").ljust(area - 19 * count, b"\0") + bytes(heads) + bytes(texts)


@dataclass
class F2fs:
    """`deep` adds a file with blocks behind direct and indirect nodes. Places are in the second NAT and journal."""

    deep: bool = False
    label: str = "sample"
    _main: list[bytes] = field(default_factory=list)
    _places: dict[int, int] = field(default_factory=dict)

    def build(self) -> bytes:
        """All areas, with segments of eight blocks."""
        self._main, self._places = [], {}
        self._files()
        blocks = MAIN + len(self._main)
        areas = bytearray(MAIN * BLOCK)
        head = bytearray(3072)
        struct.pack_into("<I2H4I", head, 0, MAGIC, 1, 15, 9, 3, 12, 3)
        struct.pack_into("<Q", head, 36, blocks)
        struct.pack_into("<15I", head, 48, 99, 2, 2, 2, 1, 9, 8, CHECKPOINTS, SIT, NAT, SUMMARIES, MAIN, 3, 1, 2)
        head[124:136] = self.label.encode("utf-16-le").ljust(12, b"\0")
        struct.pack_into("<I", head, 2180, 0x2008)
        areas[1024:4096] = head
        # The older checkpoint has a right checksum and knows nothing; the newer one stands second.
        first = self._checkpoint(7, {}, bitmap=0)
        *places, last = sorted(self._places.items())
        second = self._checkpoint(9, dict([last]), bitmap=0x80)
        areas[CHECKPOINTS * BLOCK : SIT * BLOCK] = first + second
        at = (NAT + SEGMENT) * BLOCK
        for number, place in places:
            struct.pack_into("<BII", areas, at + number * 9, 0, number, place)
        return bytes(areas) + b"".join(self._main)

    def _checkpoint(self, version: int, journal: dict[int, int], bitmap: int) -> bytes:
        head = bytearray(BLOCK)
        struct.pack_into("<Q", head, 0, version)
        struct.pack_into("<9I", head, 132, 1, 8, 1, 0, 0, 0, 4, 4, BLOCK - 4)
        head[192 + 4] = bitmap
        head[-4:] = crc(bytes(head[:-4]))
        changes = b"".join(struct.pack("<IBII", number, 0, number, place) for number, place in journal.items())
        summary = bytes(3584) + struct.pack("<H", len(journal)) + changes
        return bytes(head) + summary.ljust(BLOCK, b"\0") + bytes(5 * BLOCK) + bytes(head)

    def _block(self, content: bytes) -> int:
        self._main.append(content.ljust(BLOCK, b"\0"))
        return MAIN + len(self._main) - 1

    def _node(self, number: int, inode: int, body: bytes) -> None:
        self._places[number] = self._block(body.ljust(BLOCK - 24, b"\0") + struct.pack("<II", number, inode))

    def inode(
        self,
        number: int,
        mode: int,
        size: int,
        *,
        small: bytes | None = None,
        blocks: tuple[int, ...] = (),
        nodes: tuple[int, ...] = (),
        method: int | None = None,
        links: int = 1,
        inline: int = 0,
        advice: int = 0,
    ) -> None:
        """Add an inode; those that are compressed have more fields than others."""
        body = bytearray(BLOCK - 24)
        flags = inline | (EXTRA if method is not None else 0)
        struct.pack_into("<H2B3IQ", body, 0, mode, advice, flags, 7, 9, links, size)
        struct.pack_into("<Q", body, 48, 1_700_000_000)
        at = 360
        if method is not None:
            struct.pack_into("<I", body, 80, 0x4)
            struct.pack_into("<H", body, 360, EXTRA_SIZE)
            body[392:394] = bytes([method, 2])
            at += EXTRA_SIZE
        if small is not None:
            body[at + 4 : at + 4 + len(small)] = small
        struct.pack_into(f"<{len(blocks)}I", body, at, *blocks)
        struct.pack_into(f"<{len(nodes)}I", body, BLOCK - 44, *nodes)
        self._node(number, number, bytes(body))

    def _files(self) -> None:
        names = {b".": 3, b"..": 3, b"folder": 4, b"small": 5, b"plain": 6, b"lzo": 7, b"lz4": 8, b"zstd": 9}
        names |= {b"link": 10, b"null": 11, b"locked": 12}
        if self.deep:
            names[b"deep"] = 13
        room = (923 - 50 - 1) * 4
        self.inode(3, FOLDER, BLOCK, small=entries(room, names), inline=INLINE_NAMES)
        many = {b"entry-with-number-%d" % number: 5 for number in range(20)}
        self.inode(4, FOLDER, BLOCK, blocks=(self._block(entries(BLOCK, {b".": 4, b"..": 3, **many})),))
        self.inode(5, FILE, 5, small=b"small", inline=INLINE_DATA, links=21)
        text = TEXT[:SIZE]
        parts = [self._block(text[at : at + BLOCK]) for at in range(0, SIZE, BLOCK)]
        self.inode(6, FILE, SIZE + BLOCK, blocks=(*parts[:5], 0, NEW, *parts[7:]))
        for method in range(3):
            self.inode(7 + method, FILE, SIZE, blocks=self._clusters(method, text, parts), method=method)
        self.inode(10, LINK, 5, small=b"plain", inline=INLINE_DATA)
        self.inode(11, DEVICE, 0, blocks=(0x103,))
        self.inode(12, FILE, SIZE, blocks=tuple(parts), advice=0x4)
        if self.deep:
            self._deep()

    def _clusters(self, method: int, text: bytes, parts: list[int]) -> tuple[int, ...]:
        """The first cluster compressed, the second plain, the third a hole."""
        packed = PACKERS[method](text[: CLUSTER * BLOCK])
        body = struct.pack("<I20x", len(packed)) + packed
        blocks = [self._block(body[at : at + BLOCK]) for at in range(0, len(body), BLOCK)]
        assert len(blocks) < CLUSTER
        return (PACKED, *blocks, *[NEW] * (CLUSTER - 1 - len(blocks)), *parts[CLUSTER : 2 * CLUSTER], 0, 0, 0, 0)

    def _deep(self) -> None:
        """One block each in the inode, behind the second direct node, and behind an indirect one."""
        places = [self._block(b"part %d" % number) for number in range(3)]
        self.inode(13, FILE, (923 + 3 * 1018) * BLOCK, blocks=(places[0],), nodes=(0, 20, 21))
        self._node(20, 13, struct.pack("<I", places[1]))
        self._node(22, 13, bytes(4 * 1017) + struct.pack("<I", places[2]))
        self._node(21, 13, struct.pack("<I", 22))
