"""Virtual hard disks of Hyper-V (Microsoft, [MS-VHDX]: Virtual Hard Disk v2 File Format)."""

from collections.abc import Iterator
from struct import Struct, iter_unpack
from uuid import UUID

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack
from pellucid.formats.virtual_disk import Block

MAGIC = b"vhdxfile"
CREATOR_SIZE = 512
HEADERS_AT = (64 << 10, 128 << 10)
REGIONS_AT = (192 << 10, 256 << 10)
HEADER = Struct("<4s4xQ16s16s16s")
TABLE = Struct("<4s4xI4x")
REGION = Struct("<16sQII")
METADATA = Struct("<8s2xH20x")
ITEM = Struct("<16sIII4x")
MOST_REGIONS, MOST_ITEMS = 2047, 2047
BAT = UUID("2dc27766-f623-4200-9d64-115e9bfd4a08")
METADATA_REGION = UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
FILE_PARAMETERS = UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b")
DISK_SIZE = UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8")
SECTOR_SIZE = UUID("8141bf1d-a96f-4709-ba47-f233a8faab5f")
DISK_ID = UUID("beca12ab-b2e6-4523-93ef-c309e000c746")
HAS_PARENT = 2
FULL, PARTIAL = 6, 7
STATE, PLACE = 7, ~0xFFFFF
MIB = 1 << 20
LARGEST_BLOCK = 256 * MIB
CHUNK_SECTORS = 1 << 23


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes and offsets in bytes. `dirty`: what its log holds was not yet written to its place."""

    creator: str
    guid: str
    size: int
    block: int
    sector: int
    table_at: int
    table_size: int
    has_parent: bool
    dirty: bool


def read(data: Data) -> Disk:
    """The headers, the regions and the metadata. Raises Malformed when one of them makes no sense."""
    if data[: len(MAGIC)] != MAGIC:
        raise Malformed("no VHDX file")
    headers = [unpack(HEADER, data, at) for at in HEADERS_AT]
    current = max((header for header in headers if header[0] == b"head"), key=lambda header: header[1], default=None)
    if current is None:
        raise Malformed("no header of VHDX")
    regions = _regions(data)
    if BAT not in regions or METADATA_REGION not in regions:
        raise Malformed("the tables of VHDX are missing")
    items = _items(data, *regions[METADATA_REGION])
    parameters, sector = items.get(FILE_PARAMETERS, b""), _number(items, SECTOR_SIZE)
    block, size = int.from_bytes(parameters[:4], "little"), _number(items, DISK_SIZE)
    if not MIB <= block <= LARGEST_BLOCK or block & (block - 1) or sector not in (512, 4096) or size >> 50:
        raise Malformed("the sizes in the metadata of VHDX are impossible")
    return Disk(
        creator=data[8:CREATOR_SIZE].decode("utf-16-le", "replace").partition("\0")[0],
        guid=str(UUID(bytes_le=items.get(DISK_ID, b"").ljust(16, b"\0")[:16])),
        size=size,
        block=block,
        sector=sector,
        table_at=regions[BAT][0],
        table_size=regions[BAT][1],
        has_parent=bool(parameters[4:5] and parameters[4] & HAS_PARENT),
        dirty=any(current[4]),
    )


def blocks(data: Data, disk: Disk) -> Iterator[Block]:
    """What is allocated, in order: behind the entries of each chunk stands one for its bitmap."""
    ratio = CHUNK_SECTORS * disk.sector // disk.block
    count = -(-disk.size // disk.block)
    entries = count + (count - 1) // ratio if count else 0
    if entries * 8 > disk.table_size:
        raise Malformed("the table of blocks of VHDX does not fit its disk")
    for index, (entry,) in enumerate(iter_unpack("<Q", take(data, disk.table_at, entries * 8))):
        chunk, within = divmod(index, ratio + 1)
        if within < ratio and entry & STATE in (FULL, PARTIAL):
            yield (chunk * ratio + within) * disk.block, entry & PLACE, disk.block


def _regions(data: Data) -> dict[UUID, tuple[int, int]]:
    """(offset, size) of the regions, from the first of two tables that is there."""
    for at in REGIONS_AT:
        magic, count = unpack(TABLE, data, at)
        if magic == b"regi" and count <= MOST_REGIONS:
            raw = take(data, at + TABLE.size, count * REGION.size)
            return {UUID(bytes_le=kind): (place, size) for kind, place, size, _ in REGION.iter_unpack(raw)}
    raise Malformed("no table of regions of VHDX")


def _items(data: Data, at: int, size: int) -> dict[UUID, bytes]:
    magic, count = unpack(METADATA, data, at)
    if magic != b"metadata" or count > MOST_ITEMS:
        raise Malformed("no metadata of VHDX")
    raw = take(data, at + METADATA.size, count * ITEM.size)
    rows = [(UUID(bytes_le=kind), place, length) for kind, place, length, _ in ITEM.iter_unpack(raw)]
    return {kind: data[at + place : at + place + min(length, 64)] for kind, place, length in rows if place < size}


def _number(items: dict[UUID, bytes], kind: UUID) -> int:
    return int.from_bytes(items.get(kind, b"")[:8], "little")
