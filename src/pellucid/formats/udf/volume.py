"""The logical volume of a UDF disc and where the blocks of its partitions lie (ECMA-167, part 3; OSTA UDF, 2.2)."""

from bisect import bisect_right
from collections.abc import Sequence
from struct import Struct, iter_unpack

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.span import Data, take
from pellucid.formats.udf import descriptors
from pellucid.formats.udf.descriptors import Address, long_address, tag_of, tagged

MAGIC = b"BEA01"
MAGIC_AT = 32769
SECTORS = (2048, 512, 4096, 1024)
ANCHOR_SECTOR = 256
EXTENT = Struct("<II")
MOST_DESCRIPTORS = 256
MOST_MAPS = 16
MAPS_AT = 440
SEARCHED_AT_END = 1024
PHYSICAL, VIRTUAL, SPARABLE, METADATA = b"", b"*UDF Virtual", b"*UDF Sparable", b"*UDF Metadata"
MOST_SPARED = 4096


class Partition(msgspec.Struct, kw_only=True):
    """Begins at sector `first`. `spared` are packets of `packet` blocks that lie elsewhere: (block, sector).

    `extents` are those of the file that is a metadata partition: (first block in it, block below, partition below).
    """

    kind: bytes
    first: int
    sectors: int
    packet: int = 0
    spared: dict[int, int] = msgspec.field(default_factory=dict)
    metadata_at: Sequence[int] = ()
    extents: list[tuple[int, int, int]] = msgspec.field(default_factory=list)


class Volume(msgspec.Struct, kw_only=True):
    """Sizes in bytes; offsets count from `start`, where the disc begins. `file_set` says where the tree begins."""

    start: int
    sector: int
    block: int
    length: int
    label: str
    file_set: Address
    partitions: list[Partition]
    revision: str

    def at(self, block: int, partition: int) -> int:
        """The offset of a block in the data. Raises Malformed for a partition that there is not."""
        if partition >= len(self.partitions):
            raise Malformed("an address in a partition that there is not")
        part = self.partitions[partition]
        if part.kind == METADATA:
            index = bisect_right(part.extents, block, key=lambda extent: extent[0]) - 1
            if index < 0:
                raise Malformed("an address outside of the metadata")
            begin, below, ref = part.extents[index]
            if self.partitions[ref].kind == METADATA:
                raise Malformed("metadata inside of metadata")
            return self.at(below + block - begin, ref)
        if part.kind == VIRTUAL:
            raise Unsupported("discs that were written in sessions, with a virtual partition, are not read")
        if part.packet and (moved := part.spared.get(block - block % part.packet)) is not None:
            return self.start + (moved + block % part.packet) * self.sector
        return self.start + part.first * self.sector + block * self.block


def read(data: Data, start: int = 0) -> Volume:
    """The logical volume of the disc at `start`. Raises Malformed when no anchor leads to a whole one."""
    for sector in SECTORS:
        at = start + ANCHOR_SECTOR * sector
        raw = data[at : at + 512]
        if (
            len(raw) == 512
            and tag_of(raw) == descriptors.ANCHOR
            and int.from_bytes(raw[12:16], "little") == ANCHOR_SECTOR
        ):
            break
    else:
        raise Malformed("no anchor of UDF")
    main, reserve = EXTENT.unpack_from(raw, 16), EXTENT.unpack_from(raw, 24)
    try:
        return _volume(data, start, sector, *main)
    except Malformed:
        return _volume(data, start, sector, *reserve)


def _volume(data: Data, start: int, sector: int, size: int, first: int) -> Volume:
    parts, logical = dict[int, tuple[int, int]](), b""
    for number in range(min(size // sector, MOST_DESCRIPTORS)):
        at = start + (first + number) * sector
        raw = data[at : at + sector]
        if len(raw) < sector:
            break
        kind = tag_of(raw)
        if kind == descriptors.PARTITION:
            parts[int.from_bytes(raw[22:24], "little")] = EXTENT.unpack_from(raw, 188)
        elif kind == descriptors.LOGICAL_VOLUME:
            logical = raw
        elif kind == descriptors.TERMINATOR:
            break
    if not parts or not logical:
        raise Malformed("a UDF disc without a logical volume")
    block = int.from_bytes(logical[212:216], "little")
    if block not in SECTORS:
        raise Malformed("the blocks of UDF are impossible")
    return Volume(
        start=start,
        sector=sector,
        block=block,
        length=_length(data, start, sector, max(begin + count for begin, count in parts.values())),
        label=descriptors.fixed_text(logical[84:212]),
        file_set=long_address(logical, 248),
        partitions=_partitions(data, start, sector, logical, parts),
        revision=f"{logical[241]:x}.{logical[240]:02x}",
    )


def _partitions(
    data: Data, start: int, sector: int, logical: bytes, parts: dict[int, tuple[int, int]]
) -> list[Partition]:
    """The maps of a logical volume, in order: addresses name them by their number."""
    found, at = list[Partition](), MAPS_AT
    for _ in range(min(int.from_bytes(logical[268:272], "little"), MOST_MAPS)):
        kind, size = logical[at : at + 1], int.from_bytes(logical[at + 1 : at + 2])
        raw = logical[at : at + size]
        at += size
        if (kind, size) not in ((b"\1", 6), (b"\2", 64)) or at > len(logical):
            raise Malformed("the partitions of UDF make no sense")
        name = next((text for text in (VIRTUAL, SPARABLE, METADATA) if raw[5:].startswith(text)), PHYSICAL)
        number = int.from_bytes(raw[4:6] if kind == b"\1" else raw[38:40], "little")
        if number not in parts or (kind == b"\2" and not name):
            raise Unsupported("a kind of partition of UDF that is not known")
        part = Partition(kind=name, first=parts[number][0], sectors=parts[number][1])
        if name == METADATA:
            part.metadata_at = tuple(place for (place,) in iter_unpack("<I", raw[40:48]))
        elif name == SPARABLE:
            part.packet = int.from_bytes(raw[40:42], "little")
            places = [place for (place,) in iter_unpack("<I", raw[48:64])][: min(raw[42], 4)]
            part.spared = _spared(data, start, sector, places)
        found.append(part)
    return found


def _spared(data: Data, start: int, sector: int, places: list[int]) -> dict[int, int]:
    """Packets that were moved, from the first of several tables that can be read."""
    for place in places:
        at = start + place * sector
        raw = data[at : at + 56]
        if len(raw) == 56 and raw[17:].startswith(b"*UDF Sparing Table"):
            count = min(int.from_bytes(raw[48:50], "little"), MOST_SPARED)
            rows = EXTENT.iter_unpack(take(data, at + 56, count * EXTENT.size))
            return {packet: moved for packet, moved in rows if packet < 0xFFFFFFF0}
    return {}


def _length(data: Data, start: int, sector: int, end: int) -> int:
    """The end of the disc: what follows the partitions are copies of descriptors, up to the last anchor."""
    last = end
    for number in range(end, end + SEARCHED_AT_END):
        raw = data[start + number * sector : start + number * sector + descriptors.TAG_SIZE]
        if tag_of(raw) == descriptors.ANCHOR and int.from_bytes(raw[12:16], "little") == number:
            last = number + 1
    return last * sector


def root_of(data: Data, volume: Volume) -> Address:
    """The address of the root folder, from the file set."""
    at = volume.at(volume.file_set.block, volume.file_set.partition)
    return long_address(tagged(data, at, 512, descriptors.FILE_SET), 400)
