"""Files for empty UDF volumes of mkudffs, which cannot fill what it makes (ECMA-167, part 4)."""

import binascii
import struct
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.support.trees import EPOCH, run

from pellucid.formats.udf import volume

SHORT, LONG, EXTENDED, EMBEDDED = range(4)
FOLDER, REGULAR, BLOCK_DEVICE, SYMLINK = 4, 5, 6, 12
STAMP = struct.pack("<Hh8B", 0x1000, 2023, 11, 14, 22, 13, 20, 0, 0, 0)
assert EPOCH == 1_700_000_000, "the time that STAMP states"


@cache
def empty(media: str, revision: str, size: int) -> bytes:
    """A volume without files."""
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "x"
        image.write_bytes(bytes(size))
        run("mkudffs", f"--media-type={media}", f"--udfrev={revision}", "--uid=0", "--gid=0", image)
        return image.read_bytes()


def tagged(kind: int, body: bytes, block: int) -> bytes:
    """A descriptor with its tag and checksums."""
    tag = struct.pack("<HHBBHHHI", kind, 2, 0, 0, 1, binascii.crc_hqx(body, 0), len(body), block)
    return tag[:4] + bytes([sum(tag) & 0xFF]) + tag[5:] + body


def identifier(name: str, block: int, flags: int = 0, partition: int = 0) -> bytes:
    """An entry of a folder."""
    raw = b"\x08" + name.encode("latin-1") if name.isascii() else b"\x10" + name.encode("utf-16-be")
    address = struct.pack("<IIH6x", 512, block, partition)
    body = struct.pack("<HBB", 1, flags, len(raw)) + address + struct.pack("<H", 0) + raw
    return tagged(257, body + bytes(-(16 + len(body)) % 4), block)


def node(
    kind: int,
    size: int,
    form: int,
    allocation: bytes,
    mode: int = 0o644,
    *,
    extended: bool = False,
    attributes: bytes = b"",
) -> bytes:
    """A file entry without its tag."""
    permissions = (mode >> 6 & 7) << 10 | (mode >> 3 & 7) << 5 | mode & 7
    flags = form | (0x40 if mode & 0o4000 else 0)
    head = struct.pack("<IHHHBB6xH", 0, 4, 0, 1, 0, kind, flags)
    owner = struct.pack("<IIIHBBI", 1000, 0xFFFFFFFF, permissions, 1, 0, 0, 0)
    sizes = struct.pack("<QQQ" if extended else "<QQ", *([size] * (3 if extended else 2)))
    times = (
        STAMP * 4 + struct.pack("<I4x", 1) + bytes(16 * 2) if extended else STAMP * 3 + struct.pack("<I", 1) + bytes(16)
    )
    body = head + owner + sizes + times + bytes(32) + struct.pack("<QII", 17, len(attributes), len(allocation))
    assert len(body) + 16 == (216 if extended else 176)
    return body + attributes + allocation


@dataclass
class Writer:
    """Writes into free blocks of partition 0 of `data`, from `free` on."""

    data: bytearray
    free: int
    disc: volume.Volume = field(init=False)
    names: list[tuple[str, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.disc = volume.read(bytes(self.data))

    def blocks(self, content: bytes) -> int:
        """Write `content` and return its first block."""
        first, size = self.free, self.disc.block
        for number in range(-(-len(content) // size) or 1):
            at = self.disc.at(first + number, 0)
            piece = content[number * size : (number + 1) * size]
            self.data[at : at + len(piece)] = piece
            self.free += 1
        return first

    def entry(self, name: str, body: bytes, kind: int = 261, flags: int = 0) -> int:
        """Write a file entry and note its name for the root folder."""
        block = self.blocks(tagged(kind, body, self.free))
        self.names.append((name, block, flags))
        return block

    def finish(self, partition: int = 0) -> bytes:
        """Write the root folder."""
        root = volume.root_of(bytes(self.data), self.disc)
        listing = identifier("", root.block, 10, partition)
        listing += b"".join(identifier(name, block, flags, partition) for name, block, flags in self.names)
        first = self.blocks(listing)
        body = node(FOLDER, len(listing), SHORT, struct.pack("<II", len(listing), first), 0o755)
        at = self.disc.at(root.block, root.partition)
        self.data[at : at + self.disc.block] = tagged(261, body, root.block).ljust(self.disc.block, b"\0")
        file_set = self.disc.at(self.disc.file_set.block, 0)
        struct.pack_into("<H", self.data, file_set + 400 + 8, partition)
        return bytes(self.data)


def filled(media: str, revision: str, size: int = 4 << 20, partition: int = 0) -> tuple[bytes, dict[str, bytes]]:
    """A volume with every form of content, and that content by name. `partition` is where addresses point to."""
    writer = Writer(bytearray(empty(media, revision, size)), free=200)
    unit = writer.disc.block
    files = {
        "embedded": b"small enough",
        "short": b"short " * unit,
        "lóng ☃": b"long " * unit + bytes(unit) + b"after a hole",
        "continued": b"c" * (3 * unit),
        "extended": b"x" * 100,
        "folder/inside": b"inside a folder",
    }
    writer.entry("embedded", node(REGULAR, 12, EMBEDDED, files["embedded"], 0o4755))
    writer.entry("short", node(REGULAR, 6 * unit, SHORT, struct.pack("<II", 6 * unit, writer.blocks(files["short"]))))
    parts = [(5 * unit, writer.blocks(files["lóng ☃"][: 5 * unit])), (2 << 30 | unit, 0)]
    parts.append((12, writer.blocks(b"after a hole")))
    writer.entry(
        "lóng ☃", node(REGULAR, 6 * unit + 12, LONG, b"".join(struct.pack("<IIH6x", *part, 0) for part in parts))
    )
    content = writer.blocks(files["continued"])
    rest = struct.pack("<II", 2 * unit, content + 1)
    more = writer.blocks(tagged(258, struct.pack("<II", 0, len(rest)) + rest, writer.free))
    first = struct.pack("<IIII", unit, content, 3 << 30 | unit, more)
    writer.entry("continued", node(REGULAR, 3 * unit, SHORT, first))
    place = struct.pack("<IIIIH2x", 100, 100, 100, writer.blocks(files["extended"]), 0)
    writer.entry("extended", node(REGULAR, 100, EXTENDED, place, extended=True), 266)
    path = b"\x03\0\0\0\x05\x05\0\0\x08name\x05\x05\0\0\x10" + "ü☃".encode("utf-16-be")
    writer.entry("link", node(SYMLINK, len(path), EMBEDDED, path))
    device = struct.pack("<IB3xIIII", 12, 1, 24, 0, 8, 17)
    writer.entry("device", node(BLOCK_DEVICE, 0, EMBEDDED, b"", attributes=bytes(24) + device))
    inside = writer.blocks(tagged(261, node(REGULAR, 15, EMBEDDED, files["folder/inside"]), writer.free))
    listing = identifier("", 0, 10, partition) + identifier("inside", inside, 0, partition)
    writer.entry("folder", node(FOLDER, len(listing), EMBEDDED, listing, 0o750), flags=2)
    writer.entry("deleted", node(REGULAR, 4, EMBEDDED, b"gone"), flags=4)
    return writer.finish(partition), files
