"""Tables of device trees in a dtbo or dtb partition (AOSP, "DTB/DTBO partitions", dt_table.h, versions 0 and 1)."""

from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, unpack

MAGIC = b"\xd7\xb7\xab\x1e"
HEADER = Struct(">4s7I")
ENTRY = Struct(">8I")
PAGES = tuple(1 << power for power in range(9, 18))
MOST_ENTRIES = 1000
COMPRESSIONS = {0: "none", 1: "zlib", 2: "gzip"}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """`at` counts from the start of the table; several entries may share one tree."""

    at: int
    size: int
    facts: dict[str, str]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The header's fields and its entries."""

    length: int
    page: int
    version: int
    entries: tuple[Entry, ...]


def read(data: Data, start: int = 0) -> Table:
    """The table at `start`; raises Malformed for impossible ones."""
    magic, length, header, per_entry, count, entries_at, page, version = unpack(HEADER, data, start)
    if magic != MAGIC or header != HEADER.size or per_entry != ENTRY.size or version > 1 or page not in PAGES:
        raise Malformed("no table of device trees")
    if not 0 < count <= MOST_ENTRIES or entries_at < header or entries_at + count * per_entry > length:
        raise Malformed("the entries of a table of device trees lie outside it")
    return Table(
        length=length,
        page=page,
        version=version,
        entries=tuple(_entry(data, start, entries_at + number * per_entry, length, version) for number in range(count)),
    )


def _entry(data: Data, start: int, at: int, length: int, version: int) -> Entry:
    size, place, identity, revision, *custom = unpack(ENTRY, data, start + at)
    if place + size > length:
        raise Malformed("a device tree lies outside its table")
    facts = {"id": f"0x{identity:x}", "revision": f"0x{revision:x}"}
    if version:
        facts["compression"] = COMPRESSIONS.get(custom[0] & 0xF, str(custom[0] & 0xF))
    if any(custom):
        facts["custom"] = " ".join(f"{word:08x}" for word in custom)
    return Entry(at=place, size=size, facts=facts)
