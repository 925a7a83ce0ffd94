"""xar archives: the header and the table of contents, read to find where an archive ends (xar's wiki, "xarformat").

The table is XML. What is needed of it, offsets and lengths, is found by patterns: nothing here expands entities.
"""

import re
import zlib
from dataclasses import dataclass
from struct import Struct

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.span import Data, take, unpack

MAGIC = b"xar!"
HEADER = Struct(">4sHHQQI")
LARGEST_TABLE = 64 << 20
CHECKSUMS = {0: "none", 1: "SHA-1", 2: "MD5"}
PLACED = re.compile(rb"<(data|ea|checksum|signature|x-signature)\b[^>]*>(.{0,8192}?)</\1>", re.DOTALL)
OFFSET = re.compile(rb"<offset>\s*(\d{1,19})\s*</offset>")
LENGTH = re.compile(rb"<length>\s*(\d{1,19})\s*</length>")
SIZE = re.compile(rb"<size>\s*(\d{1,19})\s*</size>")
MOST_PLACED = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Header:
    """`heap` is the offset that those in the table are counted from."""

    table_at: int
    packed: int
    size: int
    checksum: str

    @property
    def heap(self) -> int:
        return self.table_at + self.packed


def header(data: Data, start: int = 0) -> Header:
    """The header at `start`."""
    magic, size, version, packed, unpacked, checksum = unpack(HEADER, data, start)
    if magic != MAGIC or version != 1 or not HEADER.size <= size <= 4096:
        raise Malformed("no xar archive")
    if not packed or unpacked > LARGEST_TABLE or packed > unpacked + 1024:
        raise Unsupported("a table of contents of an impossible size")
    name = CHECKSUMS.get(checksum, str(checksum))
    return Header(table_at=start + size, packed=packed, size=unpacked, checksum=name)


def length(data: Data, start: int) -> int:
    """Up to the last byte that the table of contents names."""
    found = header(data, start)
    engine = zlib.decompressobj()
    try:
        table = engine.decompress(take(data, found.table_at, found.packed), found.size + 1)
    except zlib.error as error:
        raise Malformed(f"the table of contents is damaged: {error}") from None
    if len(table) != found.size or b"<xar" not in table[:1024]:
        raise Malformed("the table of contents is not one")
    end = 0
    for number, match in enumerate(PLACED.finditer(table)):
        offset, size = OFFSET.search(match[2]), LENGTH.search(match[2]) or SIZE.search(match[2])
        if offset and size:
            end = max(end, int(offset[1]) + int(size[1]))
        if number >= MOST_PLACED:
            raise Unsupported("the table of contents is too long")
    return found.heap + end - start
