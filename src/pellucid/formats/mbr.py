"""Partition tables of the PC in sector 0, with logical partitions (Microsoft, "Disk Concepts and Troubleshooting").

Its magic has two bytes that every boot sector carries: a table is believed when all of its entries make sense.
"""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import fat
from pellucid.formats.partitions import SECTOR, Partition, type_name
from pellucid.formats.span import Data, take

MAGIC = b"\x55\xaa"
MAGIC_AT, TABLE_AT = 510, 446
DISK_AT = 440
ENTRY = Struct("<B3xB3xII")
EXTENDED = (0x05, 0x0F, 0x85)
PROTECTIVE = 0xEE
BOOTABLE = 0x80
FIRST_LOGICAL = 5
MOST_LOGICAL = 128
VOLUMES = (b"NTFS    ", b"EXFAT   ", b"-FVE-FS-", b"ReFS\0\0\0\0")


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """`disk` is the disk's number in hexadecimal; `used` are the (start, end) in bytes that tables take.

    `failures` say what of the chain of logical partitions could not be read.
    """

    disk: str
    partitions: tuple[Partition, ...]
    used: tuple[tuple[int, int], ...]
    protective: bool
    failures: tuple[Malformed, ...] = ()


class _Entry(msgspec.Struct, frozen=True):
    number: int
    flags: int
    type: int
    first: int
    sectors: int

    @property
    def extended(self) -> bool:
        return self.type in EXTENDED


def read(data: Data, *, hybrid: bool = False) -> Table:
    """The table in the first sector of `data`. Raises Malformed when it is none, or the boot sector of a volume.

    That of a `hybrid` disc may list the disc itself, around other partitions, and a protective entry beside others.
    """
    sector = take(data, 0, SECTOR)
    if sector[MAGIC_AT:] != MAGIC or sector[3:11] in VOLUMES:
        raise Malformed("no partition table")
    entries = _entries(sector)
    if hybrid:
        entries = [entry for entry in entries if entry.first and entry.type != PROTECTIVE]
    else:
        _check(entries, len(data))
    if _is_fat(data):
        raise Malformed("the boot sector of a FAT volume")
    partitions = [_partition(entry, entry.first) for entry in entries if not entry.extended]
    used = [(DISK_AT, SECTOR)]
    failures = list[Malformed]()
    for entry in entries:
        if entry.extended:
            number = FIRST_LOGICAL + sum(partition.number >= FIRST_LOGICAL for partition in partitions)
            try:
                for partition, table_at in _logical(data, entry, number):
                    used.append((table_at, table_at + SECTOR))
                    partitions.extend([partition] if partition else [])
            except Malformed as error:
                failures.append(error)
    return Table(
        disk=sector[DISK_AT : DISK_AT + 4][::-1].hex(),
        partitions=tuple(partitions),
        used=tuple(used),
        protective=any(entry.type == PROTECTIVE for entry in entries),
        failures=tuple(failures),
    )


def _entries(sector: bytes) -> list[_Entry]:
    rows = ENTRY.iter_unpack(sector[TABLE_AT:MAGIC_AT])
    return [_Entry(number, *row) for number, row in enumerate(rows, 1) if any(row)]


def _check(entries: list[_Entry], size: int) -> None:
    """Whether these are partitions of a disk of which `size` bytes are there."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.first):
        if entry.flags & ~BOOTABLE or not entry.type or not entry.first or not entry.sectors:
            raise Malformed("no entries of a partition table")
        if entry.first < end and entry.type != PROTECTIVE:
            raise Malformed("the entries of a partition table overlap")
        end = entry.first + entry.sectors
    if not entries or min(entry.first for entry in entries) * SECTOR >= size:
        raise Malformed("a partition table without partitions")


def _is_fat(data: Data) -> bool:
    try:
        fat.read(data)
    except Malformed:
        return False
    return True


def _partition(entry: _Entry, first: int, number: int = 0) -> Partition:
    code = f"{entry.type:02x}"
    return Partition(
        number=number or entry.number,
        offset=first * SECTOR,
        size=entry.sectors * SECTOR,
        type=type_name("mbr", code),
        facts={"partitionTypeCode": f"0x{code}", "bootable": "yes" if entry.flags & BOOTABLE else ""},
    )


def _logical(data: Data, extended: _Entry, number: int) -> Iterator[tuple[Partition | None, int]]:
    """The logical partitions of a chain of tables, each with the offset of its table."""
    at, seen = extended.first, set[int]()
    while at not in seen and len(seen) < MOST_LOGICAL:
        seen.add(at)
        sector = take(data, at * SECTOR, SECTOR)
        if sector[MAGIC_AT:] != MAGIC:
            raise Malformed(f"no table of logical partitions at sector {at}")
        entries = _entries(sector)[:2]
        here = [entry for entry in entries if not entry.extended and entry.type and entry.first and entry.sectors]
        yield (_partition(here[0], at + here[0].first, number) if here else None), at * SECTOR
        number += bool(here)
        following = [entry for entry in entries if entry.extended and entry.first]
        if not following:
            return
        at = extended.first + following[0].first
    raise Malformed("the chain of logical partitions does not end")
