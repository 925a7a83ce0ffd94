"""The boot sector of NTFS, and runs of clusters."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Chunk, Data, pieces, take, zeros

MAGIC, MAGIC_AT = b"NTFS    ", 3
BOOT = Struct("<11xHB7xB18xQ2Qb3xb3xQ")
SIZE = 512
MOST_RUNS = 1 << 18
Run = tuple[int, int, int]
"""(first cluster in the file, first cluster on the disk or -1 for zeros, number of clusters)"""


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes; `table` is the first cluster of the master file table."""

    sector: int
    cluster: int
    clusters: int
    table: int
    record: int
    serial: int
    length: int


def read(data: Data, start: int = 0) -> Volume:
    """The boot sector at `start`, checked; its copy in the last sector belongs to the length."""
    head = take(data, start, SIZE)
    sector, per_cluster, media, total, table, mirror, record, _, serial = BOOT.unpack_from(head)
    if head[MAGIC_AT : MAGIC_AT + 8] != MAGIC or head[510:] != b"\x55\xaa" or media != 0xF8:
        raise Malformed("no boot sector of NTFS")
    per_cluster = per_cluster if per_cluster <= 128 else 1 << min(256 - per_cluster, 31)
    cluster = sector * per_cluster
    if sector not in (256, 512, 1024, 2048, 4096) or not cluster or cluster & (cluster - 1) or cluster > 1 << 21:
        raise Malformed("the clusters of NTFS are impossible")
    size = 1 << -record if record < 0 else record * cluster
    if size not in (512, 1024, 2048, 4096) or any(head[14:21]) or not total:
        raise Malformed("the records of NTFS are impossible")
    clusters = total // per_cluster
    if not 0 < table < clusters or not 0 < mirror <= clusters:
        raise Malformed("the file table of NTFS lies outside the volume")
    end = start + total * sector
    copied = data[end : end + SIZE] == head
    return Volume(
        sector=sector,
        cluster=cluster,
        clusters=clusters,
        table=table,
        record=size,
        serial=serial,
        length=total * sector + (sector if copied else 0),
    )


def runs(packed: bytes, first: int) -> Iterator[Run]:
    """A list of runs as an attribute holds it; `first` is the cluster of the file with which it begins."""
    at, logical, physical = 0, first, 0
    while at < len(packed) and packed[at]:
        length_size, place_size = packed[at] & 15, packed[at] >> 4
        middle = at + 1 + length_size
        at = middle + place_size
        if not 0 < length_size <= 8 or place_size > 8 or at > len(packed):
            raise Malformed("the runs of a file are damaged")
        count = int.from_bytes(packed[middle - length_size : middle], "little")
        if not count:
            raise Malformed("the runs of a file are damaged")
        if not place_size:
            yield logical, -1, count
        else:
            physical += int.from_bytes(packed[middle:at], "little", signed=True)
            if physical < 0:
                raise Malformed("the runs of a file are damaged")
            yield logical, physical, count
        logical += count


class Extent:
    """The clusters of one attribute, in order."""

    def __init__(self, data: Data, volume: Volume, found: list[Run]) -> None:
        self._data = data
        self._volume = volume
        self._runs = found
        self._starts = [run[0] for run in found]
        if len(found) > MOST_RUNS or any(b[0] != a[0] + a[2] for a, b in pairwise(found)):
            raise Malformed("the runs of a file are damaged")

    @property
    def end(self) -> int:
        """The first byte behind the last cluster."""
        return (self._runs[-1][0] + self._runs[-1][2]) * self._volume.cluster if self._runs else 0

    def bytes(self, start: int, length: int) -> Iterator[Chunk]:
        """`length` bytes from byte `start` of the attribute."""
        if start + length > self.end:
            raise Malformed("the runs of a file end too early")
        size = self._volume.cluster
        index = bisect_right(self._starts, start // size) - 1
        while length > 0:
            logical, physical, count = self._runs[index]
            inside = start - logical * size
            step = min(count * size - inside, length)
            if physical < 0:
                yield from zeros(step)
            elif physical + count > self._volume.clusters:
                raise Malformed("a cluster of a file lies outside the volume")
            else:
                yield from pieces(self._data, physical * size + inside, step)
            start, length, index = start + step, length - step, index + 1

    def allocated(self, first: int, count: int) -> list[Run]:
        """The parts of the runs that have a place on the disk, among `count` clusters from cluster `first`."""
        found = []
        index = max(bisect_right(self._starts, first) - 1, 0)
        while index < len(self._runs) and self._runs[index][0] < first + count:
            logical, physical, length = self._runs[index]
            begin, end = max(logical, first), min(logical + length, first + count)
            if physical >= 0 and end > begin:
                found.append((begin, physical + begin - logical, end - begin))
            index += 1
        return found
