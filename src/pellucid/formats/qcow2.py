"""QEMU's qcow2 disks, versions 2 and 3 (QEMU, docs/interop/qcow2.txt)."""

import io
import zlib
from collections.abc import Iterator
from struct import Struct, iter_unpack

import msgspec
import zstandard

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data, take, unpack
from pellucid.formats.virtual_disk import Block, Extent, stored

MAGIC = b"QFI\xfb"
HEADER = Struct(">4sIQIIQIIQQIIQ")
VERSION_3 = Struct(">QQQIIB")
SNAPSHOT = Struct(">QIHHIIQII")
DIRTY, CORRUPT, EXTERNAL, EXTENDED = 1, 2, 4, 16
OFFSET = 0x00FF_FFFF_FFFF_FE00
COMPRESSED, ZERO = 1 << 62, 1
SUBCLUSTERS = 32
LARGEST_L1 = 32 << 20
MOST_SNAPSHOTS = 64
LARGEST_WINDOW = 1 << 23
ZLIB, ZSTD = 0, 1


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """`size` is that of the disk, in bytes; `features` are those without which it cannot be read."""

    version: int
    size: int
    cluster_bits: int
    encryption: int
    l1_at: int
    l1_entries: int
    features: int
    compression: int
    backing: str
    snapshots: tuple[str, ...]

    @property
    def cluster(self) -> int:
        return 1 << self.cluster_bits


def read(data: Data) -> Disk:
    """The header, checked."""
    magic, version, backing_at, backing_size, bits, size, crypt, entries, l1_at, _, _, snapshots, snapshots_at = unpack(
        HEADER, data
    )
    if magic != MAGIC or version not in (2, 3):
        raise Malformed("no qcow2 header of version 2 or 3")
    if not 9 <= bits <= 21 or backing_size > 1023 or l1_at % (1 << bits) or size >= 1 << 63:
        raise Malformed("the sizes in the header of qcow2 are impossible")
    features, _, _, _, length, compression = unpack(VERSION_3, data, HEADER.size) if version == 3 else (0,) * 6
    needed = -(-size // _reach(bits, features))
    if entries < needed or needed * 8 > LARGEST_L1:
        raise Malformed("the table of qcow2 does not fit its disk")
    return Disk(
        version=version,
        size=size,
        cluster_bits=bits,
        encryption=crypt,
        l1_at=l1_at,
        l1_entries=needed,
        features=features,
        compression=compression if length > HEADER.size + VERSION_3.size - 1 else ZLIB,
        backing=take(data, backing_at, backing_size).decode("utf-8", "backslashreplace") if backing_at else "",
        snapshots=tuple(_snapshots(data, snapshots_at, snapshots)),
    )


def extents(data: Data, disk: Disk) -> Iterator[Extent | Malformed]:
    """What is allocated, in order."""
    plain = list[Block]()
    for found in _entries(data, disk):
        if isinstance(found, Malformed):
            yield found
            continue
        guest, entry, bitmap = found
        if entry & COMPRESSED:
            yield from stored(data, plain)
            plain.clear()
            yield guest, disk.cluster, _inflated(data, disk, entry)
            continue
        if bitmap is None:
            if entry & OFFSET and not entry & ZERO:
                plain.append((guest, entry & OFFSET, disk.cluster))
        elif entry & OFFSET:
            part = disk.cluster // SUBCLUSTERS
            used = (number for number in range(SUBCLUSTERS) if bitmap >> number & 1)
            plain += [(guest + number * part, (entry & OFFSET) + number * part, part) for number in used]
        if len(plain) > SUBCLUSTERS * SUBCLUSTERS:
            yield from stored(data, plain)
            plain.clear()
    yield from stored(data, plain)


def _reach(bits: int, features: int) -> int:
    """How many bytes of the disk one entry of the first table stands for."""
    return (1 << bits) * ((1 << bits) // (16 if features & EXTENDED else 8))


def _entries(data: Data, disk: Disk) -> Iterator[tuple[int, int, int | None] | Malformed]:
    """(offset on the disk, entry, bitmap of allocated subclusters) of each cluster that has an entry."""
    wide = bool(disk.features & EXTENDED)
    reach = _reach(disk.cluster_bits, disk.features)
    seen = set[int]()
    for number, (entry,) in enumerate(iter_unpack(">Q", take(data, disk.l1_at, disk.l1_entries * 8))):
        table = entry & OFFSET
        if not table:
            continue
        if table in seen or table % disk.cluster:
            yield Malformed("a table of clusters stands in more than one place")
            continue
        seen.add(table)
        raw = data[table : table + disk.cluster]
        if len(raw) < disk.cluster:
            yield Truncated("a table of clusters lies behind the end of the file")
            continue
        if not any(raw):
            continue
        guest = number * reach
        if wide:
            for this, bitmap in iter_unpack(">QQ", raw):
                if this:
                    yield guest, this, bitmap & 0xFFFFFFFF
                guest += disk.cluster
        else:
            for (this,) in iter_unpack(">Q", raw):
                if this:
                    yield guest, this, None
                guest += disk.cluster


def _inflated(data: Data, disk: Disk, entry: int) -> Iterator[bytes]:
    """A compressed cluster: its place and its number of sectors share one entry."""
    shift = 62 - (disk.cluster_bits - 8)
    at = entry & ((1 << shift) - 1)
    sectors = (entry & (COMPRESSED - 1)) >> shift
    packed = data[at : at + (sectors + 1) * 512 - at % 512]
    try:
        if disk.compression == ZSTD:
            engine = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW)
            content = engine.stream_reader(io.BytesIO(packed)).read(disk.cluster)
        else:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, disk.cluster)
    except (zlib.error, zstandard.ZstdError) as error:
        raise Malformed(f"a compressed cluster is damaged: {error}") from None
    if len(content) < disk.cluster:
        raise Malformed("a compressed cluster is too short")
    yield content


def _snapshots(data: Data, at: int, count: int) -> Iterator[str]:
    """Names of the snapshots; those that cannot be read are left out."""
    for _ in range(min(count, MOST_SNAPSHOTS)):
        if at + SNAPSHOT.size > len(data):
            return
        _, _, id_size, name_size, _, _, _, _, extra = SNAPSHOT.unpack_from(data, at)
        name_at = at + SNAPSHOT.size + extra + id_size
        yield data[name_at : name_at + name_size].decode("utf-8", "backslashreplace")
        at = name_at + name_size + 7 & ~7
