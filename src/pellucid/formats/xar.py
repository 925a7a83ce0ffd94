"""xar archives: the header and the table of contents, read to find where an archive ends (xar's wiki, "xarformat").

The table is XML. What is needed of it, offsets and lengths, is found by patterns: nothing here expands entities.
"""

import re
import zlib
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.span import Data, take, unpack

MAGIC = b"xar!"
HEADER = Struct(">4sHHQQI")
LARGEST_TABLE = 64 << 20
CHECKSUMS = {0: "none", 1: "SHA-1", 2: "MD5"}
# The elements that lie in the heap, and the numbers inside of them. Each try ends after a few hundred bytes.
PLACED = re.compile(
    rb"<(?P<end>/?)(?:data|ea|checksum|signature|x-signature)(?:\s[^<>]{0,256})?>"
    rb"|<(?P<what>offset|length|size)>\s{0,64}(?P<number>\d{1,19})\s{0,64}</"
)


class Header(msgspec.Struct, frozen=True, kw_only=True):
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
    return found.heap + _heap_size(table) - start


def _heap_size(table: bytes) -> int:
    """Where the last element of the table ends in the heap; `length` is what is stored, without it `size` is."""
    end = 0
    numbers = dict[bytes, int]()
    for match in PLACED.finditer(table):
        if match["what"]:
            numbers.setdefault(match["what"], int(match["number"]))
        else:
            if match["end"] and b"offset" in numbers:
                end = max(end, numbers[b"offset"] + numbers.get(b"length", numbers.get(b"size", 0)))
            numbers.clear()
    return end
