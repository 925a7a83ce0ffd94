"""A UBIFS with a journal: nodes that were written after its index was, appended to what mkfs.ubifs made."""

import struct
import zlib

HEADER = 24
INODE, DATA, ENTRY, ATTRIBUTE, TRUNCATION, REFERENCE, COMMIT = 0, 1, 2, 3, 4, 8, 10
MAGIC = b"\x31\x18\x10\x06"
SEQUENCE = 1 << 40
LOG = 3


def node(kind: int, sequence: int, body: bytes) -> bytes:
    """A whole node, padded to 8 bytes."""
    rest = struct.pack("<QIBBH", sequence, HEADER + len(body), kind, 0, 0) + body
    raw = MAGIC + struct.pack("<I", zlib.crc32(rest) ^ 0xFFFFFFFF) + rest
    return raw + bytes(-len(raw) % 8)


class Journal:
    """`nodes` follow each other in time. Numbers of new inodes are the caller's."""

    def __init__(self) -> None:
        self.nodes: list[tuple[int, bytes]] = []

    def inode(
        self, number: int, *, size: int = 0, mode: int = 0o100644, links: int = 1, data: bytes = b"", mtime: int = 7
    ) -> None:
        body = _key(number, 0) + struct.pack("<QQQQqIIIIIIII", 0, size, 5, 6, mtime, 0, 0, 0, links, 10, 20, mode, 1)
        self.nodes.append((INODE, body + struct.pack("<III4xIH26x", len(data), 0, 0, 0, 0) + data))

    def data(self, number: int, block: int, content: bytes) -> None:
        self.nodes.append((DATA, _key(number, 1 << 29 | block) + struct.pack("<IHH", len(content), 0, 0) + content))

    def entry(self, folder: int, name: bytes, number: int, kind: int = ENTRY) -> None:
        """A name; number 0 deletes it."""
        head = _key(folder, kind << 29 | zlib.crc32(name) >> 3)
        self.nodes.append((kind, head + struct.pack("<QBBHI", number, 0, 0, len(name), 0) + name + b"\0"))

    def truncation(self, number: int, old: int, new: int) -> None:
        self.nodes.append((TRUNCATION, struct.pack("<I12xQQ", number, old, new)))

    def added_to(self, image: bytes, references: int = 1) -> bytes:
        """`image` with one more block, that of the journal, and references to it in the log."""
        size, blocks = struct.unpack_from("<II", image, HEADER + 12)
        superblock = bytearray(image[HEADER:4096])
        struct.pack_into("<I", superblock, 16, blocks + 1)
        log = LOG * size
        reference = node(REFERENCE, SEQUENCE, struct.pack("<III28x", blocks, 0, 1)) * references
        free = image.index(b"\xff" * 512, log)
        written = [node(kind, SEQUENCE + 1 + place, body) for place, (kind, body) in enumerate(self.nodes)]
        # In the block they lie in any order: the sequence decides.
        bud = b"".join(reversed(written))
        grown = node(6, struct.unpack_from("<Q", image, 8)[0], bytes(superblock)) + image[4096:free] + reference
        return grown + image[len(grown) :] + bud.ljust(size, b"\xff")


def _key(number: int, rest: int) -> bytes:
    return struct.pack("<II8x", number, rest)
