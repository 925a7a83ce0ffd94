"""Files for volumes that mkfs.exfat has made: there is no tool that fills them without a mount."""

import calendar
import struct
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.trees import run

FIRST, LAST = 2, 0xFFFFFFFF
FOLDER, ARCHIVE = 0x10, 0x20
FOLDER_CLUSTERS = 16


def formatted(folder: Path, *options: str, size: int = 256 << 10) -> bytes:
    """An empty volume."""
    image = folder / "x.exfat"
    with image.open("wb") as file:
        file.truncate(size)
    run("mkfs.exfat", "-L", "sample", *options, image)
    return image.read_bytes()


@dataclass
class Exfat:
    """A volume that is being filled. Chained content lies in every second cluster, backwards."""

    data: bytearray
    root: int = 0
    cluster: int = 0
    _table: int = 0
    _heap: int = 0

    def __post_init__(self) -> None:
        _, table, _, heap, clusters, self.root = struct.unpack_from("<Q5I", self.data, 72)
        self._table, self._heap = table << self.data[108], heap << self.data[108]
        self.cluster = 1 << self.data[108] + self.data[109]
        root = self.at(self.root)
        (self._bitmap,) = struct.unpack_from("<I", self.data, self.data.index(b"\x81", root) + 20)
        self._ends = {self.root: self._end(root)}
        # The clusters behind that of the root folder are free: it grows to a size that holds some files.
        last = self.root + max(4096 // self.cluster, 1) - 1
        for cluster in range(self.root, last + 1):
            self._mark(cluster)
            struct.pack_into("<I", self.data, self.next_at(cluster), LAST if cluster == last else cluster + 1)
        self._free = clusters + FIRST - 1

    def at(self, cluster: int) -> int:
        """The offset of a cluster."""
        return self._heap + (cluster - FIRST) * self.cluster

    def next_at(self, cluster: int) -> int:
        """The offset of the entry of a cluster in the table."""
        return self._table + 4 * cluster

    def folder(self, name: str, parent: int) -> int:
        """A new folder; its first cluster. It may hold what fits into its contiguous clusters."""
        clusters = self._take(FOLDER_CLUSTERS, contiguous=True)
        self._ends[clusters[0]] = self.at(clusters[0])
        self._enter(name, parent, FOLDER, clusters[0], FOLDER_CLUSTERS * self.cluster, contiguous=True)
        return clusters[0]

    def file(
        self, name: str, content: bytes, parent: int, *, contiguous: bool = True, size: int | None = None
    ) -> list[int]:
        """A new file, longer than its content when `size` says so; its clusters."""
        size = len(content) if size is None else size
        clusters = self._take(-(-size // self.cluster), contiguous=contiguous)
        for number, cluster in enumerate(clusters):
            piece = content[number * self.cluster : (number + 1) * self.cluster]
            self.data[self.at(cluster) : self.at(cluster) + len(piece)] = piece
        first = clusters[0] if clusters else 0
        self._enter(name, parent, ARCHIVE, first, size, contiguous=contiguous, written=len(content))
        return clusters

    def _take(self, count: int, *, contiguous: bool) -> list[int]:
        if contiguous:
            self._free -= count
            found = list(range(self._free + 1, self._free + 1 + count))
        else:
            found = [self._free - 2 * index for index in range(count)]
            self._free -= 2 * count
            for cluster, following in zip(found, [*found[1:], LAST], strict=True):
                struct.pack_into("<I", self.data, self.next_at(cluster), following)
        for cluster in found:
            self._mark(cluster)
        return found

    def _mark(self, cluster: int) -> None:
        self.data[self.at(self._bitmap) + (cluster - FIRST) // 8] |= 1 << (cluster - FIRST) % 8

    def _end(self, at: int) -> int:
        while self.data[at]:
            at += 32
        return at

    def _enter(
        self, name: str, parent: int, attributes: int, first: int, size: int, *, contiguous: bool, written: int = -1
    ) -> None:
        text = name.encode("utf-16-le")
        now = time.gmtime(1_700_000_000)
        stamp = (now.tm_year - 1980) << 25 | now.tm_mon << 21 | now.tm_mday << 16
        stamp |= now.tm_hour << 11 | now.tm_min << 5 | now.tm_sec // 2
        assert calendar.timegm(now) == 1_700_000_000
        parts = -(-len(text) // 30)
        head = struct.pack("<BBHHHIII2B3B7x", 0x85, parts + 1, 0, attributes, 0, stamp, stamp, stamp, 0, 0, 0, 0x88, 0)
        flags = 1 | (2 if contiguous and first else 0)
        upper = name.upper().encode("utf-16-le")
        valid = size if written < 0 else written
        stream = struct.pack("<BBxBHxxQ4xIQ", 0xC0, flags, len(text) // 2, rotated(upper), valid, first, size)
        names = b"".join(b"\xc1\0" + text[at : at + 30].ljust(30, b"\0") for at in range(0, len(text), 30))
        whole = bytearray(head + stream + names)
        struct.pack_into("<H", whole, 2, rotated(bytes(whole[:2] + whole[4:])))
        at = self._ends[parent]
        self.data[at : at + len(whole)] = whole
        self._ends[parent] = at + len(whole)


def rotated(raw: bytes) -> int:
    """The checksum of a set of entries and the hash of a name."""
    value = 0
    for byte in raw:
        value = ((value >> 1 | value << 15) + byte) & 0xFFFF
    return value


def sealed(data: bytes) -> bytes:
    """A volume with a right checksum of its boot sectors."""
    value, sector = 0, 1 << data[108]
    for at, byte in enumerate(data[: 11 * sector]):
        if at not in (106, 107, 112):
            value = (value >> 1 | value << 31) + byte & 0xFFFFFFFF
    return data[: 11 * sector] + value.to_bytes(4, "little") * (sector // 4) + data[12 * sector :]
