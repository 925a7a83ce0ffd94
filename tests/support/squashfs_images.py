"""Small squashfs images that mksquashfs cannot make: big endian, vendors' LZMA, folders in circles, lying fields."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

BLOCK_LOG = 17
NO_TABLE = (1 << 64) - 1
Pack = Callable[[bytes], bytes]


@dataclass
class Image:
    """A root folder with files (and, with `loop`, a folder that is its own child). `pack` compresses blocks."""

    order: str = "<"
    magic: bytes = b"hsqs"
    compressor: int = 1
    pack: Pack = zlib.compress
    files: dict[str, bytes] = field(default_factory=lambda: {"one": b"1" * 5000, "two": b"second file"})
    loop: bool = False
    size_claim: int | None = None

    def build(self) -> bytes:
        """The whole image, one block a file and all metadata in one block a table."""
        order, body = self.order, bytearray(bytes(96))
        inodes, places = bytearray(), []
        for number, content in enumerate(self.files.values(), 2):
            packed = self.pack(content)
            start = len(body)
            body += packed
            places.append(len(inodes))
            size = len(content) if self.size_claim is None else self.size_claim
            inodes += struct.pack(order + "4H2I", 2, 0o644, 0, 0, 1_700_000_000, number)
            inodes += struct.pack(order + "4I", start, 0xFFFFFFFF, 0, size)
            inodes += struct.pack(order + "I", len(packed))
        root_at = len(inodes)
        listing = self._listing(places, root_at)
        inodes += struct.pack(order + "4H2I", 1, 0o755, 0, 0, 1_700_000_000, 1)
        inodes += struct.pack(order + "2I2HI", 0, 2, len(listing) + 3, 0, 1)
        inode_table = len(body)
        body += self._metadata(bytes(inodes))
        directory_table = len(body)
        body += self._metadata(listing)
        ids = len(body)
        body += self._metadata(struct.pack(order + "I", 1000))
        id_table = len(body)
        body += struct.pack(order + "Q", ids)
        header = struct.pack(
            order + "4s4I6H8Q",
            self.magic,
            len(self.files) + 1,
            1_700_000_000,
            1 << BLOCK_LOG,
            0,
            self.compressor,
            BLOCK_LOG,
            0,
            1,
            4,
            0,
            root_at,
            len(body),
            id_table,
            NO_TABLE,
            inode_table,
            directory_table,
            NO_TABLE,
            NO_TABLE,
        )
        body[:96] = header
        return bytes(body)

    def _listing(self, places: list[int], root_at: int) -> bytes:
        names = [(name, place, 2) for name, place in zip(self.files, places, strict=True)]
        if self.loop:
            names.append(("zloop", root_at, 1))
        found = struct.pack(self.order + "3I", len(names) - 1, 0, 1)
        for name, place, kind in names:
            found += struct.pack(self.order + "HhHH", place, 0, kind, len(name) - 1) + name.encode()
        return found

    def _metadata(self, content: bytes) -> bytes:
        packed = self.pack(content)
        return struct.pack(self.order + "H", len(packed)) + packed
