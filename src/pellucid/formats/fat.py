"""FAT12, FAT16 and FAT32 with long names (Microsoft, "FAT: General Overview of On-Disk Format", 1.03; ECMA-107)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats import dos_time
from pellucid.formats.fat_names import Names, short_name
from pellucid.formats.folders import Folder, walk
from pellucid.formats.member import Member, Members
from pellucid.formats.span import PIECE, Chunk, Data, pieces, take, unpack

BOOT = Struct("<3s8sHBHBHHBHHHII")
SIGNATURE_AT = 510
ENTRY = Struct("<11s3B6x4HI")
ENTRY_SIZE = 32
END_OF_FOLDER, DELETED = 0x00, 0xE5
LABEL, FOLDER, LONG_NAME = 0x08, 0x10, 0x0F
FAT12_CLUSTERS, FAT16_CLUSTERS = 4085, 65525
LARGEST_FOLDER = 65536 * ENTRY_SIZE


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes and offsets in bytes; `bits` is 12, 16 or 32; clusters count from 2."""

    bits: int
    sector: int
    cluster: int
    clusters: int
    table_at: int
    root_at: int
    root_size: int
    root_cluster: int
    data_at: int
    length: int


def read(data: Data, start: int = 0) -> Volume:
    """The boot sector at `start`, checked. Offsets in the result count from `start`."""
    fields = unpack(BOOT, data, start)
    jump, _, sector, per_cluster, reserved, tables, entries, small, media, table, _, _, _, large = fields
    if jump[0] not in (0xEB, 0xE9) or data[start + SIGNATURE_AT : start + SIGNATURE_AT + 2] != b"\x55\xaa":
        raise Malformed("no boot sector")
    if sector not in (512, 1024, 2048, 4096) or per_cluster not in (1, 2, 4, 8, 16, 32, 64, 128):
        raise Malformed("the sectors of FAT are impossible")
    if not reserved or tables not in (1, 2) or (media < 0xF8 and media != 0xF0):
        raise Malformed("the tables of FAT are impossible")
    wide = take(data, start + 36, 12)
    table = table or int.from_bytes(wide[:4], "little")
    total = small or large
    root_sectors = -(-entries * ENTRY_SIZE // sector)
    first = reserved + tables * table + root_sectors
    clusters = (total - first) // per_cluster
    if not table or clusters <= 0:
        raise Malformed("FAT is too small for its tables")
    bits = 12 if clusters < FAT12_CLUSTERS else 16 if clusters < FAT16_CLUSTERS else 32
    if (clusters + 2) * bits > table * sector * 8 or bool(entries) != (bits != 32):
        raise Malformed("the table of FAT is too short")
    return Volume(
        bits=bits,
        sector=sector,
        cluster=sector * per_cluster,
        clusters=clusters,
        table_at=reserved * sector,
        root_at=(reserved + tables * table) * sector,
        root_size=entries * ENTRY_SIZE,
        root_cluster=int.from_bytes(wide[8:12], "little") if bits == 32 else 0,
        data_at=first * sector,
        length=total * sector,
    )


def members(data: Data, volume: Volume) -> Members:
    """Every file and folder; parents first."""

    def below(folder: Folder[str, int]) -> Iterator[Member | Folder[str, int]]:
        for name, entry in _listing(data, volume, folder.node):
            path = f"{folder.path}/{name}" if folder.path else name
            member, first = _member(data, volume, path, entry)
            yield member
            if member.kind is EntryKind.DIRECTORY:
                yield Folder(path, first or volume.root_cluster, first)

    return walk(Folder("", volume.root_cluster, volume.root_cluster), below)


def label(data: Data, volume: Volume) -> str:
    """The volume's label, from its root folder; empty when none can be read."""
    try:
        for raw in _entries(data, volume, volume.root_cluster):
            if raw[11] & 0x3F == LABEL and raw[0] != DELETED:
                return raw[:11].decode("cp437").rstrip()
    except Malformed:
        return ""
    return ""


def _member(data: Data, volume: Volume, path: str, entry: bytes) -> tuple[Member, int]:
    _, attributes, _, _, high, time, date, low, size = ENTRY.unpack(entry)
    first = low | (high << 16 if volume.bits == 32 else 0)
    folder = bool(attributes & FOLDER)
    chunks = () if folder or not size else _content(data, volume, first, size)
    kind = EntryKind.DIRECTORY if folder else EntryKind.FILE
    return Member(name=path, kind=kind, chunks=chunks, mtime=dos_time.seconds(date, time)), first


def _listing(data: Data, volume: Volume, cluster: int) -> Iterator[tuple[str, bytes]]:
    """Names, long where there is one, and raw entries of a folder."""
    names = Names()
    for raw in _entries(data, volume, cluster):
        if raw[0] == DELETED:
            names.forget()
        elif raw[11] & 0x3F == LONG_NAME:
            names.add(raw)
        elif raw[11] & LABEL:
            names.forget()
        else:
            name = names.take(raw[:11]) or short_name(raw)
            if name not in (".", ".."):
                yield name, raw


def _entries(data: Data, volume: Volume, cluster: int) -> Iterator[bytes]:
    if cluster or volume.bits == 32:
        area = _content(data, volume, cluster, LARGEST_FOLDER, whole=False)
    else:
        area = pieces(data, volume.root_at, volume.root_size)
    for chunk in area:
        for at in range(0, len(chunk) - ENTRY_SIZE + 1, ENTRY_SIZE):
            if chunk[at] == END_OF_FOLDER:
                return
            yield bytes(chunk[at : at + ENTRY_SIZE])


def _content(data: Data, volume: Volume, first: int, size: int, *, whole: bool = True) -> Iterator[Chunk]:
    """`size` bytes of a chain of clusters, neighbours in one piece; with `whole`, a shorter chain is Malformed."""
    left = size
    for begin, count in _runs(data, volume, first):
        length = min(count * volume.cluster, left)
        yield from pieces(data, volume.data_at + (begin - 2) * volume.cluster, length)
        left -= length
        if not left:
            return
    if whole:
        raise Malformed(f"its chain of clusters ends {left} bytes too early")


def _runs(data: Data, volume: Volume, first: int) -> Iterator[tuple[int, int]]:
    """A chain as (first cluster, number of neighbours); a chain longer than the volume goes round in circles."""
    most = max(PIECE // volume.cluster, 1)
    begin, count, cluster = first, 0, first
    for _ in range(volume.clusters):
        if not 2 <= cluster < volume.clusters + 2:
            raise Malformed("a chain of clusters leaves the volume")
        count += 1
        following = _next(data, volume, cluster)
        if following != cluster + 1 or count == most:
            yield begin, count
            begin, count = following, 0
        if following >= _end_mark(volume):
            return
        cluster = following
    raise Malformed("a chain of clusters goes round in circles")


def _next(data: Data, volume: Volume, cluster: int) -> int:
    if volume.bits == 12:
        pair = int.from_bytes(take(data, volume.table_at + cluster * 3 // 2, 2), "little")
        return pair >> 4 if cluster & 1 else pair & 0xFFF
    if volume.bits == 16:
        return int.from_bytes(take(data, volume.table_at + 2 * cluster, 2), "little")
    return int.from_bytes(take(data, volume.table_at + 4 * cluster, 4), "little") & 0x0FFFFFFF


def _end_mark(volume: Volume) -> int:
    return {12: 0xFF8, 16: 0xFFF8, 32: 0x0FFFFFF8}[volume.bits]
