"""GUID partition tables (UEFI specification 2.10, chapter 5.3), with checksums and the backup at the end."""

import zlib
from collections.abc import Iterator
from struct import Struct
from uuid import UUID

import msgspec
from msgspec import structs

from pellucid.errors import Malformed
from pellucid.formats.partitions import SECTOR, Partition, type_name
from pellucid.formats.span import Data, take, unpack

MAGIC = b"EFI PART"
SECTORS = (512, 4096)
# What stands before this is the code that a PC's firmware starts.
MBR_FROM = 440
HEADER = Struct("<8sIIII4Q16sQIII")
ENTRY = Struct("<16s16sQQQ72s")
CHECKSUM_AT = slice(16, 20)
LARGEST_HEADER = 512
MOST_ENTRIES, LARGEST_ENTRY = 4096, 4096
MOST_SECTORS = 1 << 48
REQUIRED, NO_BLOCK_IO, LEGACY_BOOT = 1, 2, 4
FLAGS = ((REQUIRED, "required"), (NO_BLOCK_IO, "noBlockIo"), (LEGACY_BOOT, "legacyBoot"))


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """`sector`, `length` and the (start, end) that the table itself takes are in bytes, counted from the disk's start.

    `damage` says what was wrong with the copy that should have been used.
    """

    sector: int
    guid: str
    length: int
    partitions: tuple[Partition, ...]
    used: tuple[tuple[int, int], ...]
    damage: tuple[str, ...] = ()


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    own: int
    other: int
    guid: str
    entries: int
    count: int
    entry_size: int
    checksum: int


def read(data: Data, start: int = 0) -> Table:
    """The table of the disk at `start`: the first copy, or the backup when that is broken.

    Entries whose checksum is wrong are used only when both copies are. Raises Malformed when no header is sound.
    """
    failures = list[str]()
    fallback: Table | None = None
    for sector, at in _places(data, start):
        try:
            header = _header(data, start, sector, at)
            table, sound = _table(data, start, sector, header)
        except Malformed as error:
            failures.append(f"the header at sector {at // sector}: {error.message}")
            continue
        if sound:
            return structs.replace(table, damage=tuple(failures))
        failures.append(f"the checksum of the entries at sector {header.entries} differs")
        fallback = fallback or table
    if fallback:
        return structs.replace(fallback, damage=tuple(failures))
    raise Malformed("no sound GPT header: " + "; ".join(failures))


def _places(data: Data, start: int) -> Iterator[tuple[int, int]]:
    """(sector size, offset of a header), best first; a backup is looked for at the end, and where the first says."""
    for sector in SECTORS:
        if data[start + sector : start + sector + len(MAGIC)] == MAGIC:
            yield sector, sector
            stated = int.from_bytes(data[start + sector + 32 : start + sector + 40], "little") * sector
            if stated and data[start + stated : start + stated + len(MAGIC)] == MAGIC:
                yield sector, stated
    for sector in SECTORS:
        last = (len(data) - start) // sector * sector - sector
        if last > sector and data[start + last : start + last + len(MAGIC)] == MAGIC:
            yield sector, last


def _header(data: Data, start: int, sector: int, at: int) -> _Header:
    fields = unpack(HEADER, data, start + at)
    _, _, size, stated, _, own, other, _, _, guid, entries, count, entry_size, checksum = fields
    if not HEADER.size <= size <= LARGEST_HEADER:
        raise Malformed("its size is impossible")
    raw = bytearray(take(data, start + at, size))
    raw[CHECKSUM_AT] = bytes(4)
    if zlib.crc32(raw) != stated:
        raise Malformed("its checksum differs")
    if own != at // sector or max(other, entries) >= MOST_SECTORS or entries < 2:
        raise Malformed("it belongs to another place")
    if count > MOST_ENTRIES or not ENTRY.size <= entry_size <= LARGEST_ENTRY:
        raise Malformed("its entries are impossible")
    return _Header(
        own=own,
        other=other,
        guid=str(UUID(bytes_le=guid)),
        entries=entries,
        count=count,
        entry_size=entry_size,
        checksum=checksum,
    )


def _table(data: Data, start: int, sector: int, header: _Header) -> tuple[Table, bool]:
    """The table, and whether the checksum of its entries is right."""
    raw = take(data, start + header.entries * sector, header.count * header.entry_size)
    partitions = tuple(_partitions(raw, sector, header.entry_size))
    last = max(header.own, header.other)
    table_size = -(-len(raw) // sector) * sector
    # The backup's entries stand right before it. Where the first copy's are is known only from that copy.
    entries = (header.entries,) if header.own == 1 else (2, header.entries)
    used = (
        (MBR_FROM, SECTOR),
        (sector, 2 * sector),
        *((at * sector, at * sector + table_size) for at in entries),
        (last * sector - table_size, (last + 1) * sector),
    )
    table = Table(
        sector=sector,
        guid=header.guid,
        length=(last + 1) * sector,
        partitions=partitions,
        used=used,
    )
    return table, zlib.crc32(raw) == header.checksum


def _partitions(raw: bytes, sector: int, entry_size: int) -> Iterator[Partition]:
    for number, at in enumerate(range(0, len(raw) - entry_size + 1, entry_size), 1):
        kind, guid, first, last, attributes, name = ENTRY.unpack_from(raw, at)
        if not any(kind) or last < first or not first or last >= MOST_SECTORS:
            continue
        type_guid = str(UUID(bytes_le=kind))
        flags = ",".join(text for flag, text in FLAGS if attributes & flag)
        yield Partition(
            number=number,
            offset=first * sector,
            size=(last - first + 1) * sector,
            type=type_name("gpt", type_guid),
            label=name.decode("utf-16-le", "replace").partition("\0")[0],
            facts={
                "partitionGuid": str(UUID(bytes_le=guid)),
                "partitionTypeGuid": type_guid,
                "attributes": f"0x{attributes:016x}" if attributes else "",
                "flags": flags,
            },
        )
