"""The header of a firmware volume (UEFI Platform Initialization 1.8, volume 3, 3.2)."""

import struct
from struct import Struct

import msgspec
from msgspec import structs

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack
from pellucid.formats.uefi import guid

MAGIC = b"_FVH"
MAGIC_AT = 40
HEADER = Struct("<16s16sQ4sIHHHBB")
BLOCK = Struct("<II")
EXTENSION = Struct("<16sI")
LONGEST_HEADER = 4096
LONGEST = 1 << 32
ERASED_TO_ONES = 0x800


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """Offsets count from the start of the volume, whose first file, if any, stands at `body`; lengths in bytes.

    `name` and `file_system` are GUIDs; `name` is empty when there is no extended header. `blocks` are (count, size).
    """

    file_system: str
    length: int
    header: int
    body: int
    attributes: int
    revision: int
    name: str
    blocks: tuple[tuple[int, int], ...]

    @property
    def erased(self) -> bytes:
        """The byte that flash memory holds where nothing was written."""
        return b"\xff" if self.attributes & ERASED_TO_ONES else b"\0"


def read(data: Data, start: int = 0) -> Volume:
    """The header at `start`, with its checksum verified."""
    _, system, length, magic, attributes, size, _, extension, _, revision = unpack(HEADER, data, start)
    if magic != MAGIC or not HEADER.size + BLOCK.size <= size <= LONGEST_HEADER or size & 1:
        raise Malformed("no header of a firmware volume")
    if revision not in (1, 2) or not size <= length <= LONGEST:
        raise Malformed("the header of the firmware volume is impossible")
    header = take(data, start, size)
    if sum(struct.unpack(f"<{size // 2}H", header)) & 0xFFFF:
        raise Malformed("the checksum of the firmware volume's header differs")
    blocks = []
    for count, block in BLOCK.iter_unpack(header[HEADER.size : size - (size - HEADER.size) % BLOCK.size]):
        if not count and not block:
            break
        blocks.append((count, block))
    name, body = "", size
    if size <= extension < length and revision == 2:
        packed, extended = unpack(EXTENSION, data, start + extension)
        name = guid.text(packed)
        body = extension + max(extended, EXTENSION.size)
    return Volume(
        file_system=guid.text(system),
        length=length,
        header=size,
        body=min(body + 7 & ~7, length),
        attributes=attributes,
        revision=revision,
        name=name,
        blocks=tuple(blocks),
    )


def shortened(volume: Volume, length: int) -> Volume:
    """The same volume, where only `length` bytes of it are there."""
    return structs.replace(volume, length=length, body=min(volume.body, length))
