"""VirtualBox disks, fixed and growing (VirtualBox, src/VBox/Storage/VDICore.h)."""

from collections.abc import Iterator
from struct import Struct, iter_unpack
from uuid import UUID

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack
from pellucid.formats.virtual_disk import Block

MAGIC = b"\x7f\x10\xda\xbe"
MAGIC_AT = 64
HEADER = Struct("<4sHHIII256sII12xIIQIIII16s16x16s16s")
DYNAMIC, FIXED = 1, 2
TYPES = {DYNAMIC: "dynamic", FIXED: "fixed", 3: "undo", 4: "differencing"}
ALLOCATED_BELOW = 0xFFFFFFFE
SMALLEST_BLOCK, LARGEST_BLOCK = 4096, 1 << 28
SECTOR = 512


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes and offsets in bytes; `gap` bytes stand before each block of data."""

    type: int
    guid: str
    parent: str
    size: int
    block: int
    gap: int
    blocks: int
    map_at: int
    data_at: int

    @property
    def type_name(self) -> str:
        return TYPES.get(self.type, str(self.type))


def read(data: Data) -> Disk:
    """The header, checked."""
    fields = unpack(HEADER, data, MAGIC_AT)
    magic, _, major, _, kind, _, _, map_at, data_at, sector, _, size, block, gap, blocks, _, guid, parent, _ = fields
    if magic != MAGIC or major != 1 or sector != SECTOR:
        raise Malformed("no VDI header of version 1")
    if not SMALLEST_BLOCK <= block <= LARGEST_BLOCK or block % SECTOR or gap > block or blocks * block < size:
        raise Malformed("the sizes in the header of VDI are impossible")
    return Disk(
        type=kind,
        guid=str(UUID(bytes_le=guid)),
        parent=str(UUID(bytes_le=parent)) if any(parent) else "",
        size=size,
        block=block,
        gap=gap,
        blocks=blocks,
        map_at=map_at,
        data_at=data_at,
    )


def blocks(data: Data, disk: Disk) -> Iterator[Block]:
    """What is allocated, in order. Raises Truncated when the map is not all there."""
    stride = disk.block + disk.gap
    for number, (place,) in enumerate(iter_unpack("<I", take(data, disk.map_at, disk.blocks * 4))):
        if place < ALLOCATED_BELOW:
            yield number * disk.block, disk.data_at + place * stride + disk.gap, disk.block
