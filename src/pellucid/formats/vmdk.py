"""VMware's sparse disks, also compressed streams (VMware, "Virtual Disk Format 5.0")."""

import re
import zlib
from collections.abc import Iterator
from itertools import pairwise
from struct import Struct, iter_unpack

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data, take, unpack
from pellucid.formats.virtual_disk import Block, Extent, stored

MAGIC = b"KDMV"
DESCRIPTOR = b"# Disk DescriptorFile"
HEADER = Struct("<4sIIQQQQIQQQB4sH")
MARKER = Struct("<QI")
KIND = Struct("<I")
SECTOR = 512
REDUNDANT, ZERO_GRAINS, COMPRESSED, MARKERS = 1 << 1, 1 << 2, 1 << 16, 1 << 17
AT_END = (1 << 64) - 1
FOOTER_FROM_END = 1024
END_OF_STREAM = 0
LARGEST_DESCRIPTOR = 1 << 20
LARGEST_GRAIN = 1 << 14
MOST_ENTRIES = 4096
NO_PARENT = "ffffffff"


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """`size` and `grain` in bytes; `tables_at` is where the directory begins, 0 when there is none."""

    version: int
    flags: int
    size: int
    grain: int
    entries: int
    tables_at: int
    first: int
    descriptor: str


def read(data: Data) -> Disk:
    """The header, checked; that at the end of a stream when the first one says so."""
    magic, version, flags, capacity, grain, text_at, text_size, entries, _, tables, first, _, _, _ = unpack(
        HEADER, data
    )
    if magic != MAGIC or not 1 <= version <= 3:
        raise Malformed("no header of a sparse VMDK")
    if not 0 < grain <= LARGEST_GRAIN or grain & (grain - 1) or not 0 < entries <= MOST_ENTRIES or capacity >> 54:
        raise Malformed("the sizes in the header of VMDK are impossible")
    if tables == AT_END:
        footer = data[len(data) - FOOTER_FROM_END :][: HEADER.size] if len(data) >= FOOTER_FROM_END else b""
        tables = HEADER.unpack(footer)[9] if footer.startswith(MAGIC) else 0
    text_at *= SECTOR
    # Never a slice up to the end: that would be a copy of the whole disk.
    descriptor = data[text_at : text_at + min(text_size * SECTOR, LARGEST_DESCRIPTOR)]
    return Disk(
        version=version,
        flags=flags,
        size=capacity * SECTOR,
        grain=grain * SECTOR,
        entries=entries,
        tables_at=tables * SECTOR,
        first=first * SECTOR,
        descriptor=descriptor.partition(b"\0")[0].decode("utf-8", "backslashreplace"),
    )


def extents(data: Data, disk: Disk) -> Iterator[Extent]:
    """What is allocated, in order."""
    if disk.flags & COMPRESSED and disk.flags & MARKERS:
        for offset, at, size in _stream(data, disk):
            yield offset, disk.grain, _inflated(data, at, size, disk.grain)
    elif disk.flags & COMPRESSED:
        for offset, at, _ in _grains(data, disk):
            _, size = unpack(MARKER, data, at)
            yield offset, disk.grain, _inflated(data, at + MARKER.size, size, disk.grain)
    else:
        yield from stored(data, _grains(data, disk))


def settings(descriptor: str) -> dict[str, str]:
    """The `name=value` lines of a descriptor."""
    return dict(re.findall(r'^\s*([\w.]+)\s*=\s*"?([^"\n\r]*)', descriptor, re.MULTILINE))


def files(descriptor: str) -> list[str]:
    """The files that a descriptor says the disk is made of, itself included when it stands in one."""
    return re.findall(r'^(?:RW|RDONLY|NOACCESS)\s+\d+\s+[A-Z]+\s+"([^"\n]*)"', descriptor, re.MULTILINE)


def _grains(data: Data, disk: Disk) -> Iterator[Block]:
    """Every grain of the tables, as it is stored."""
    reach = disk.entries * disk.grain
    count = -(-disk.size // reach)
    if not disk.tables_at or count * 4 > len(data):
        raise Truncated("the directory of grains is missing")
    seen = set[int]()
    for number, (sector,) in enumerate(iter_unpack("<I", take(data, disk.tables_at, count * 4))):
        if not sector:
            continue
        if sector in seen:
            raise Malformed("a table of grains stands in more than one place")
        seen.add(sector)
        table = data[sector * SECTOR : sector * SECTOR + disk.entries * 4]
        if len(table) < disk.entries * 4:
            raise Truncated("a table of grains lies behind the end of the file")
        if any(table):
            for index, (at,) in enumerate(iter_unpack("<I", table)):
                if at > 1 or (at and not disk.flags & ZERO_GRAINS):
                    yield number * reach + index * disk.grain, at * SECTOR, disk.grain


def _stream(data: Data, disk: Disk) -> list[Block]:
    """Every compressed grain of a stream (offset on the disk, in the file, packed size), by the markers before them."""
    found, at = list[Block](), max(disk.first, SECTOR)
    while at + SECTOR <= len(data):
        value, size = MARKER.unpack_from(data, at)
        if size:
            found.append((value * SECTOR, at + MARKER.size, size))
            at += -(-(MARKER.size + size) // SECTOR) * SECTOR
        else:
            (kind,) = KIND.unpack_from(data, at + MARKER.size)
            if kind == END_OF_STREAM:
                break
            at += (1 + value) * SECTOR
    if any(first[0] >= second[0] for first, second in pairwise(found)):
        found.sort()
    return found


def _inflated(data: Data, at: int, size: int, grain: int) -> Iterator[bytes]:
    """A compressed grain; only the last one of a disk may be shorter."""
    packed = take(data, at, min(size, 2 * grain + SECTOR))
    try:
        yield zlib.decompressobj().decompress(packed, grain)
    except zlib.error as error:
        raise Malformed(f"a compressed grain is damaged: {error}") from None
