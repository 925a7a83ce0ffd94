"""UBI, volumes over the erase blocks of flash (Linux, drivers/mtd/ubi/ubi-media.h). All numbers are big-endian."""

import zlib
from collections import defaultdict
from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Chunk, Data, take, unpack

MAGIC, VOLUME_MAGIC = b"UBI#", b"UBI!"
ERASE_HEADER = Struct(">4sB3xQIII32xI")
VOLUME_HEADER = Struct(">4sBBBBII4xIIII4xQ12xI")
RECORD = Struct(">IIIBBH128sB23xI")
SMALLEST_BLOCK, LARGEST_BLOCK = 512, 16 << 20
# A file that is cut off, or blocks that are bad: so many without a header may stand between two that have one.
MOST_DAMAGED = 64
MOST_BLOCKS = 1 << 20
MOST_HEADERS = 100
MOST_KEPT_PROBLEMS = 101
# An image leaves out the blocks at its end that were never written, so a volume may be longer than all blocks.
MOST_SPARSE = 8
MOST_VOLUMES = 128
LAYOUT_VOLUME = 0x7FFFEFFF
DYNAMIC, STATIC = 1, 2
# Of two that fit, the larger page is meant: its volume header stands where that of smaller pages would, too.
SPARES = ((8192, 256), (8192, 448), (4096, 128), (4096, 224), (4096, 256), (2048, 64), (2048, 128), (512, 16))
TYPES = {DYNAMIC: "dynamic", STATIC: "static"}
FLAGS = {1: "autoresize", 2: "skipCheck"}


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes; `blocks` counts physical erase blocks. Headers' places count from the start of a block."""

    block: int
    blocks: int
    volume_header: int
    data: int
    sequence: int

    @property
    def usable(self) -> int:
        """The size of a logical erase block."""
        return self.block - self.data


class Place(msgspec.Struct, frozen=True):
    """Where a logical block of a volume stands, as its header says. `at` is the offset of the physical block."""

    at: int
    sequence: int
    type: int
    copied: bool
    size: int
    used_blocks: int
    padding: int
    checksum: int


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """`name` and the rest from the volume table; `places` by logical number. `updating`: an update was interrupted."""

    number: int
    name: str
    type: int
    reserved: int = 0
    alignment: int = 1
    padding: int = 0
    flags: tuple[str, ...] = ()
    updating: bool = False
    places: dict[int, Place]


class Attached(msgspec.Struct):
    """All volumes, and what could not be read."""

    volumes: list[Volume] = msgspec.field(default_factory=list)
    problems: list[Malformed] = msgspec.field(default_factory=list)
    free: int = 0
    damaged: int = 0


def checksum(data: bytes) -> int:
    """CRC-32 without the inversion at the end."""
    return zlib.crc32(data) ^ 0xFFFFFFFF


def layout(data: Data, start: int = 0) -> Layout:
    """How the blocks from `start` on are laid out; raises Malformed where no UBI stands."""
    header = _erase_header(data, start)
    if header is None:
        raise Malformed("no header of an erase block of UBI")
    volume_header, first, sequence = header
    if not ERASE_HEADER.size <= volume_header <= first - VOLUME_HEADER.size or first >= LARGEST_BLOCK:
        raise Malformed("the headers of UBI are impossible")
    block = _undivided(data, start, header, _block_size(data, start, header))
    count, index, missing = 1, 1, 0
    while missing <= MOST_DAMAGED and start + index * block < len(data) and index < MOST_BLOCKS:
        found = _erase_header(data, start + index * block)
        index += 1
        if found is None:
            missing += 1
        elif found[:2] == header[:2] and found[2] in (sequence, 0):
            count, missing = index, 0
        else:
            break
    return Layout(block=block, blocks=count, volume_header=volume_header, data=first, sequence=sequence)


def spare_areas(data: Data, layout: Layout) -> tuple[int, int] | None:
    """The sizes of a page and of its spare area where a dump of NAND has both; None for an image without them."""
    if layout.block.bit_count() == 1:
        return None
    for page, spare in SPARES:
        pages, rest = divmod(layout.block, page + spare)
        if rest or (pages * page).bit_count() != 1 or layout.data % page:
            continue
        place = layout.volume_header + layout.volume_header // page * spare
        for at in range(place, layout.block * layout.blocks, layout.block):
            raw = data[at : at + VOLUME_HEADER.size]
            if raw[:4] == VOLUME_MAGIC and checksum(raw[:-4]) == int.from_bytes(raw[-4:], "big"):
                return page, spare
    return None


def without_spare_areas(data: Data, layout: Layout, page: int, spare: int) -> Iterator[Chunk]:
    """The pages of a dump alone, block by block."""
    for start in range(0, min(layout.block * layout.blocks, len(data)), layout.block):
        block = data[start : start + layout.block]
        yield b"".join(block[at : at + page] for at in range(0, len(block), page + spare))


def attach(data: Data, layout: Layout) -> Attached:
    """The volumes, each logical block in its latest version."""
    found = Attached()
    places: dict[int, dict[int, Place]] = defaultdict(dict)
    for index in range(layout.blocks):
        at = index * layout.block
        try:
            header = _volume_header(data, at, layout)
        except Malformed as error:
            found.damaged += 1
            if len(found.problems) < MOST_KEPT_PROBLEMS:
                found.problems.append(type(error)(f"erase block {index}: {error.message}"))
            continue
        if header is None:
            found.free += 1
            continue
        volume, number, place = header
        old = places[volume].get(number)
        places[volume][number] = _newer(data, layout, old, place) if old else place
    table = _table(data, layout, places.get(LAYOUT_VOLUME, {}))
    ordinary = {number: blocks for number, blocks in places.items() if number < LAYOUT_VOLUME}
    if table is None:
        found.problems.append(Malformed("the volume table is lost: volumes are named by their numbers"))
        found.volumes = [
            Volume(number=number, name=f"volume-{number}", type=next(iter(blocks.values())).type, places=blocks)
            for number, blocks in sorted(ordinary.items())[:MOST_VOLUMES]
        ]
    else:
        found.volumes = [_recorded(number, record, ordinary.get(number, {})) for number, record in table]
    return found


def content(data: Data, layout: Layout, volume: Volume) -> Iterator[Chunk]:
    """The bytes of a volume up to its last block that was written; a hole in between reads as erased.

    What is wrong with its blocks is raised once all that can be read was yielded.
    """
    failure: Malformed | None = None
    size = layout.usable - volume.padding
    expected = 0
    for number, place in sorted(volume.places.items()):
        if volume.type == STATIC and number != expected:
            failure = Malformed(f"logical blocks {expected} to {number - 1} are missing")
        erased = (number - expected) * size
        if number > MOST_SPARSE * layout.blocks:
            raise failure or Malformed(f"logical block {number} lies outside the volume")
        while erased > 0:
            yield b"\xff" * min(erased, size)
            erased -= size
        expected = number + 1
        length = min(place.size, size) if volume.type == STATIC else size
        raw = data[place.at + layout.data : place.at + layout.data + length]
        yield raw
        if len(raw) < length:
            failure = Truncated(f"logical block {number} is cut off")
        elif volume.type == STATIC and checksum(raw) != place.checksum:
            failure = Malformed(f"the checksum of logical block {number} differs")
    used = max((place.used_blocks for place in volume.places.values()), default=0)
    if volume.type == STATIC and expected < used:
        failure = Malformed(f"logical blocks {expected} to {used - 1} are missing")
    if failure:
        raise failure


def used_bytes(layout: Layout, volume: Volume) -> int:
    """How long the volume's content is."""
    if volume.type == STATIC:
        return sum(place.size for place in volume.places.values())
    return (max(volume.places, default=-1) + 1) * (layout.usable - volume.padding)


def _erase_header(data: Data, at: int) -> tuple[int, int, int] | None:
    """(place of the volume header, place of the data, sequence of the image) if the checksum is right."""
    raw = data[at : at + ERASE_HEADER.size]
    if raw[:4] != MAGIC or len(raw) < ERASE_HEADER.size:
        return None
    _, _, _, volume_header, first, sequence, stated = ERASE_HEADER.unpack(raw)
    return (volume_header, first, sequence) if checksum(raw[:-4]) == stated else None


def _block_size(data: Data, start: int, header: tuple[int, int, int]) -> int:
    """The distance to the next block with an equal header; powers of two first, as nearly all flash has them."""
    smallest = max(SMALLEST_BLOCK, header[1] + 1)
    size = SMALLEST_BLOCK
    while size <= LARGEST_BLOCK:
        if size >= smallest and _erase_header(data, start + size) == header:
            return size
        size *= 2
    at = start + smallest - 1
    for _ in range(MOST_HEADERS):
        at = data.find(MAGIC, at + 1, start + LARGEST_BLOCK)
        if at < 0:
            break
        if (at - start) % SMALLEST_BLOCK == 0 and _erase_header(data, at) == header:
            return at - start
    raise Malformed("one erase block of UBI stands alone")


def _undivided(data: Data, start: int, header: tuple[int, int, int], size: int) -> int:
    """`size`, halved while headers stand halfway too: the blocks right behind the first may be bad ones."""
    while size % (2 * SMALLEST_BLOCK) == 0 and size // 2 > header[1]:
        halves = range(start + size + size // 2, start + size * MOST_DAMAGED, size)
        if not any(_erase_header(data, at) == header for at in halves):
            break
        size //= 2
    return size


def _volume_header(data: Data, at: int, layout: Layout) -> tuple[int, int, Place] | None:
    """(volume, logical number, place) of the block at `at`; None when it is free."""
    raw = take(data, at, layout.data)
    if raw[:4] != MAGIC:
        if not raw.strip(b"\xff"):
            return None
        raise Malformed("it has no header")
    if checksum(raw[: ERASE_HEADER.size - 4]) != int.from_bytes(raw[ERASE_HEADER.size - 4 : ERASE_HEADER.size], "big"):
        raise Malformed("the checksum of its header differs")
    raw = raw[layout.volume_header : layout.volume_header + VOLUME_HEADER.size]
    if not raw.strip(b"\xff"):
        return None
    fields = VOLUME_HEADER.unpack(raw)
    magic, _, kind, copied, _, volume, number, size, used, padding, data_checksum, sequence, stated = fields
    if magic != VOLUME_MAGIC or checksum(raw[:-4]) != stated:
        raise Malformed("the checksum of its volume header differs")
    return volume, number, Place(at, sequence, kind, bool(copied), size, used, padding, data_checksum)


def _newer(data: Data, layout: Layout, one: Place, other: Place) -> Place:
    """Of two versions of a logical block the later one, unless it is a copy that was not finished."""
    older, newer = sorted((one, other), key=lambda place: place.sequence)
    if newer.copied and checksum(_raw(data, layout, newer)) != newer.checksum:
        return older
    return newer


def _raw(data: Data, layout: Layout, place: Place) -> bytes:
    return data[place.at + layout.data : place.at + layout.data + min(place.size, layout.usable)]


def _table(data: Data, layout: Layout, copies: dict[int, Place]) -> list[tuple[int, bytes]] | None:
    """Number and record of every volume, from the first of two copies that is whole."""
    for number in sorted(copies)[:2]:
        at = copies[number].at + layout.data
        raw = data[at : at + min(MOST_VOLUMES * RECORD.size, layout.usable)]
        records = [raw[at : at + RECORD.size] for at in range(0, len(raw) - RECORD.size + 1, RECORD.size)]
        if records and all(checksum(record[:-4]) == int.from_bytes(record[-4:], "big") for record in records):
            return [(number, record) for number, record in enumerate(records) if any(record[:4])]
    return None


def _recorded(number: int, record: bytes, places: dict[int, Place]) -> Volume:
    reserved, alignment, padding, kind, updating, length, name, flags, _ = unpack(RECORD, record)
    return Volume(
        number=number,
        name=name[: min(length, 127)].decode("utf-8", "backslashreplace"),
        type=kind,
        reserved=reserved,
        alignment=alignment,
        padding=padding,
        flags=tuple(text for bit, text in FLAGS.items() if flags & bit),
        updating=bool(updating),
        places=places,
    )
