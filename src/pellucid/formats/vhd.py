"""Growing virtual hard disks of Virtual PC (Microsoft, "Virtual Hard Disk Image Format Specification", 1.0)."""

import calendar
from collections.abc import Iterator
from struct import Struct, iter_unpack
from uuid import UUID

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data, take, unpack
from pellucid.formats.virtual_disk import Block

MAGIC = b"conectix"
HEADER_MAGIC = b"cxsparse"
FOOTER = Struct(">8sIIQI4sI4sQQIII16s")
HEADER = Struct(">8sQQIIII16sI4x512s")
FOOTER_SIZE, HEADER_SIZE = 512, 1024
FOOTER_SUM_AT, HEADER_SUM_AT = 64, 36
SECTOR = 512
DYNAMIC, DIFFERENCING = 3, 4
UNUSED = 0xFFFFFFFF
SMALLEST_BLOCK, LARGEST_BLOCK = 4096, 1 << 28
EPOCH = calendar.timegm((2000, 1, 1, 0, 0, 0))


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes and offsets in bytes; `time` in seconds since 1970; `parent` is the name of the file it builds on."""

    type: int
    guid: str
    creator: str
    time: int
    size: int
    block: int
    blocks: int
    table_at: int
    parent: str


def read(data: Data) -> Disk:
    """The copy of the footer at the start and the header behind it, with their checksums verified."""
    magic, _, _, header_at, time, creator, _, _, _, size, _, kind, stated, guid = unpack(FOOTER, data)
    if magic != MAGIC or kind not in (DYNAMIC, DIFFERENCING) or stated != _sum(data, 0, FOOTER_SIZE, FOOTER_SUM_AT):
        raise Malformed("no VHD of a growing disk")
    magic, _, table_at, _, blocks, block, stated, _, _, parent = unpack(HEADER, data, header_at)
    if magic != HEADER_MAGIC or stated != _sum(data, header_at, HEADER_SIZE, HEADER_SUM_AT):
        raise Malformed("the header of a growing VHD is damaged")
    if not SMALLEST_BLOCK <= block <= LARGEST_BLOCK or block % SECTOR or blocks * block < size:
        raise Malformed("the sizes in the header of VHD are impossible")
    return Disk(
        type=kind,
        guid=str(UUID(bytes=guid)),
        creator=creator.decode("ascii", "backslashreplace").strip("\0 "),
        time=EPOCH + time,
        size=size,
        block=block,
        blocks=-(-size // block),
        table_at=table_at,
        parent=parent.decode("utf-16-be", "replace").partition("\0")[0] if kind == DIFFERENCING else "",
    )


def blocks(data: Data, disk: Disk) -> Iterator[Block]:
    """What is allocated, in order, without the bitmaps of sectors in front. Raises Truncated without a whole table."""
    bitmap = -(-disk.block // SECTOR // 8 // SECTOR) * SECTOR
    for number, (sector,) in enumerate(iter_unpack(">I", take(data, disk.table_at, disk.blocks * 4))):
        if sector != UNUSED:
            yield number * disk.block, sector * SECTOR + bitmap, disk.block


def _sum(data: Data, at: int, size: int, without: int) -> int:
    raw = data[at : at + size]
    if len(raw) < size:
        raise Truncated("a header of VHD is cut off")
    return ~(sum(raw) - sum(raw[without : without + 4])) & 0xFFFFFFFF
