"""exFAT (Microsoft, "exFAT file system specification", 1.00)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats import dos_time
from pellucid.formats.folders import LARGEST_FOLDER, Folder, explained, walk
from pellucid.formats.member import Member, Members
from pellucid.formats.span import PIECE, Chunk, Data, pieces, take, zeros

MAGIC, MAGIC_AT = b"EXFAT   ", 3
AREAS, SHAPE = Struct("<Q4I"), Struct("<2I2H3B")
SIZE, CHECKED_SECTORS = 512, 11
UNCHECKED = (106, 107, 112)
SECOND_TABLE, DIRTY = 0x1, 0x2
ENTRY_SIZE, NAME_PART = 32, 30
FILE, LABEL, STREAM, NAME = 0x85, 0x83, 0xC0, 0xC1
IN_USE = 0x80
FILE_ENTRY, STREAM_ENTRY = Struct("<4xH6xI7xB"), Struct("<xBxB4xQ4xIQ")
FOLDER, CONTIGUOUS = 0x10, 0x2
FIRST_CLUSTER, LAST = 2, 0xFFFFFFF8
SHOWN_ATTRIBUTES = ((1, "read only"), (2, "hidden"), (4, "system"))


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """Offsets and sizes in bytes; clusters count from 2."""

    cluster: int
    clusters: int
    table_at: int
    data_at: int
    root: int
    serial: int
    revision: int
    dirty: bool
    length: int


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where content lies: `size` bytes in clusters from `first`, of which `written` count; the rest are zeros."""

    first: int
    size: int
    written: int
    contiguous: bool


def read(data: Data, start: int = 0) -> Volume:
    """The boot sectors at `start`, checked with their checksum. Offsets in the result count from `start`."""
    head = take(data, start, SIZE)
    if head[MAGIC_AT : MAGIC_AT + 8] != MAGIC or any(head[11:64]) or head[510:] != b"\x55\xaa":
        raise Malformed("no boot sector of exFAT")
    sectors, table, table_size, heap, clusters = AREAS.unpack_from(head, 72)
    root, serial, revision, flags, sector_log, cluster_log, tables = SHAPE.unpack_from(head, 96)
    if not 9 <= sector_log <= 12 or sector_log + cluster_log > 25 or tables not in (1, 2):
        raise Malformed("the clusters of exFAT are impossible")
    sector = 1 << sector_log
    if heap < table + tables * table_size or table < 24 or sectors < heap + (clusters << cluster_log):
        raise Malformed("the areas of exFAT overlap")
    if (clusters + FIRST_CLUSTER) * 4 > table_size * sector or not FIRST_CLUSTER <= root < clusters + FIRST_CLUSTER:
        raise Malformed("the table of exFAT is too short")
    _check_sum(take(data, start, (CHECKED_SECTORS + 1) * sector), sector)
    second = table_size if flags & SECOND_TABLE and tables == 2 else 0
    return Volume(
        cluster=sector << cluster_log,
        clusters=clusters,
        table_at=(table + second) * sector,
        data_at=heap * sector,
        root=root,
        serial=serial,
        revision=revision,
        dirty=bool(flags & DIRTY),
        length=sectors * sector,
    )


def _check_sum(area: bytes, sector: int) -> None:
    value = 0
    for at, byte in enumerate(area[: CHECKED_SECTORS * sector]):
        if at not in UNCHECKED:
            value = (value >> 1 | value << 31) + byte & 0xFFFFFFFF
    if area[CHECKED_SECTORS * sector :][:4] != value.to_bytes(4, "little"):
        raise Malformed("the checksum of the boot sectors of exFAT is wrong")


def label(data: Data, volume: Volume) -> str:
    """The label of the volume, from its root folder; empty when none can be read."""
    try:
        for raw in _entries(data, volume, _root(volume)):
            if raw[0] == LABEL:
                return raw[2 : 2 + 2 * min(raw[1], 11)].decode("utf-16-le", "replace")
    except Malformed:
        return ""
    return ""


def members(data: Data, volume: Volume) -> Members:
    """Every file and folder; parents first."""
    return walk(Folder("", volume.root, _root(volume)), lambda folder: _listing(data, volume, folder))


def _root(volume: Volume) -> Place:
    return Place(first=volume.root, size=LARGEST_FOLDER, written=LARGEST_FOLDER, contiguous=False)


def _listing(
    data: Data, volume: Volume, folder: Folder[str, Place]
) -> Iterator[Member | Malformed | Folder[str, Place]]:
    """Sets of entries: one of a file, one of where it lies, and those of its name."""
    entries = _entries(data, volume, folder.node)
    for raw in entries:
        if raw[0] != FILE:
            continue
        following = [entry for _, entry in zip(range(raw[1]), entries, strict=False)]
        if len(following) < 2 or following[0][0] != STREAM or following[1][0] != NAME:
            yield explained(folder.path, Malformed("an entry of a folder is damaged"))
            continue
        attributes, modified, zone = FILE_ENTRY.unpack_from(raw)
        flags, length, written, first, size = STREAM_ENTRY.unpack_from(following[0])
        text = b"".join(entry[2 : 2 + NAME_PART] for entry in following[1:] if entry[0] == NAME)
        name = text[: 2 * length].decode("utf-16-le", "replace").replace("/", "_")
        place = Place(first=first, size=size, written=min(written, size), contiguous=bool(flags & CONTIGUOUS))
        is_folder = bool(attributes & FOLDER)
        path = f"{folder.path}/{name}" if folder.path else name
        yield Member(
            name=path,
            kind=EntryKind.DIRECTORY if is_folder else EntryKind.FILE,
            chunks=() if is_folder or not size else _content(data, volume, place),
            mtime=_seconds(modified, zone),
            facts=_facts(attributes),
        )
        if is_folder and size:
            yield Folder(path, first, place)


def _seconds(stamp: int, zone: int) -> int | None:
    """A DOS time, with its distance from UTC in quarters of an hour where that is known."""
    found = dos_time.seconds(stamp >> 16, stamp & 0xFFFF)
    if found is None or not zone & 0x80:
        return found
    quarters = (zone & 0x7F) - (0x80 if zone & 0x40 else 0)
    return found - quarters * 900


def _facts(attributes: int) -> dict[str, str]:
    names = [name for bit, name in SHOWN_ATTRIBUTES if attributes & bit]
    return {"attributes": ", ".join(names)} if names else {}


def _entries(data: Data, volume: Volume, folder: Place) -> Iterator[bytes]:
    """Entries in use, up to the mark of the end; a folder without that mark ends with its clusters."""
    if folder.size > LARGEST_FOLDER:
        raise Malformed("a folder is too large")
    for chunk in _clusters(data, volume, folder, folder.size):
        for at in range(0, len(chunk) - ENTRY_SIZE + 1, ENTRY_SIZE):
            if not chunk[at]:
                return
            if chunk[at] & IN_USE:
                yield chunk[at : at + ENTRY_SIZE]


def _content(data: Data, volume: Volume, place: Place) -> Iterator[Chunk]:
    left = place.written
    for chunk in _clusters(data, volume, place, place.written):
        left -= len(chunk)
        yield chunk
    if left:
        raise Malformed(f"its chain of clusters ends {left} bytes too early")
    yield from zeros(place.size - place.written)


def _clusters(data: Data, volume: Volume, place: Place, size: int) -> Iterator[bytes]:
    """Up to `size` bytes of the clusters of a place, neighbours in one piece."""
    left = size
    for begin, count in _runs(data, volume, place, size):
        length = min(count * volume.cluster, left)
        yield from pieces(data, volume.data_at + (begin - FIRST_CLUSTER) * volume.cluster, length)
        left -= length
        if not left:
            return


def _runs(data: Data, volume: Volume, place: Place, size: int) -> Iterator[tuple[int, int]]:
    """As (first cluster, number of neighbours); a chain longer than the volume goes round in circles."""
    end = volume.clusters + FIRST_CLUSTER
    if not size:
        return
    if place.contiguous:
        count = -(-size // volume.cluster)
        if not FIRST_CLUSTER <= place.first <= end - count:
            raise Malformed("its clusters leave the volume")
        yield place.first, count
        return
    most = max(PIECE // volume.cluster, 1)
    begin, count, cluster = place.first, 0, place.first
    for _ in range(volume.clusters):
        if not FIRST_CLUSTER <= cluster < end:
            raise Malformed("a chain of clusters leaves the volume")
        count += 1
        following = int.from_bytes(take(data, volume.table_at + 4 * cluster, 4), "little")
        if following != cluster + 1 or count == most:
            yield begin, count
            begin, count = following, 0
        if following >= LAST:
            return
        cluster = following
    raise Malformed("a chain of clusters goes round in circles")
