"""The master file table: records by number, attributes with all their parts."""

from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Encrypted, Malformed, Unsupported
from pellucid.formats.ntfs import lznt1, record
from pellucid.formats.ntfs.record import LIST, NUMBER, Attribute, Record
from pellucid.formats.ntfs.volume import Extent, Run, Volume, runs
from pellucid.formats.span import PIECE, Chunk, Data, take, zeros

LIST_ENTRY = Struct("<IH2BQQH")
COMPRESSED, ENCRYPTED = 0xFF, 0x4000
MOST_PARTS = 4096
LARGEST_LIST = 1 << 20
LARGEST_UNIT = 1 << 22


class Table:
    """Records of one volume; `missing` counts those that could not be read on the way through them."""

    def __init__(self, data: Data, volume: Volume) -> None:
        self.missing = 0
        self._data = data
        self._volume = volume
        first = record.parse(take(data, volume.table * volume.cluster, volume.record))
        content = [item for item in first.attributes if item.kind == record.CONTENT and not item.name]
        self._set(content)
        # A table in many pieces is told in records that the first pieces hold.
        whole = [item for item in self.attributes(first) if item.kind == record.CONTENT and not item.name]
        if len(whole) > len(content):
            self._set(whole)

    def _set(self, parts: list[Attribute]) -> None:
        if not parts or parts[0].resident:
            raise Malformed("the file table of NTFS is damaged")
        self._extent = self._clusters(parts)
        size = min(parts[0].size, self._extent.end, len(self._data))
        self.count = size // self._volume.record

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Numbers and bytes of all records that are in use, as far as the data reaches."""
        size = self._volume.record
        step = PIECE // size
        for first in range(0, self.count, step):
            count = min(step, self.count - first)
            try:
                block = b"".join(self._extent.bytes(first * size, count * size))
            except Malformed:
                block = b"".join(self._alone(first + index) for index in range(count))
            for index in range(count):
                raw = block[index * size : (index + 1) * size]
                if record.in_use(raw):
                    yield first + index, raw

    def _alone(self, number: int) -> bytes:
        """A record, or zeros in place of one that cannot be read."""
        size = self._volume.record
        try:
            return b"".join(self._extent.bytes(number * size, size))
        except Malformed:
            self.missing += 1
            return bytes(size)

    def record(self, number: int) -> Record:
        """The record `number`."""
        if not 0 <= number < self.count:
            raise Malformed(f"there is no record {number}")
        size = self._volume.record
        return record.parse(b"".join(self._extent.bytes(number * size, size)))

    def attributes(self, base: Record) -> list[Attribute]:
        """Those of a record and of all the records that its list names."""
        found = list(base.attributes)
        lists = [item for item in found if item.kind == LIST]
        if not lists:
            return found
        numbers: dict[int, None] = {}
        packed = b"".join(self.content(lists, most=LARGEST_LIST))
        at = 0
        while at + LIST_ENTRY.size <= len(packed):
            _, length, _, _, _, place, _ = LIST_ENTRY.unpack_from(packed, at)
            numbers[place & NUMBER] = None
            if length < LIST_ENTRY.size or len(numbers) > MOST_PARTS:
                raise Malformed("the list of a file's attributes is damaged")
            at += length
        for number in numbers:
            other = self.record(number)
            if other.base is not None:
                found += other.attributes
        return sorted(found, key=lambda item: (item.kind, item.name, item.first))

    def content(self, parts: list[Attribute], *, most: int | None = None) -> Iterator[Chunk]:
        """The bytes of an attribute in all its parts, in pieces of up to 1 MiB."""
        head = parts[0]
        if head.flags & ENCRYPTED:
            raise Encrypted("it is encrypted")
        if head.resident:
            yield head.value
            return
        if most is not None and head.size > most:
            raise Malformed("the list of a file's attributes is too long")
        extent = self._clusters(parts)
        written = min(head.written, head.size)
        if head.flags & COMPRESSED:
            yield from self._unpacked(head, extent, written)
        else:
            yield from extent.bytes(0, written)
        yield from zeros(head.size - written)

    def _unpacked(self, head: Attribute, extent: Extent, size: int) -> Iterator[Chunk]:
        """Units of 16 clusters: all on the disk when plain, some when compressed, none when zeros."""
        cluster, count = self._volume.cluster, 1 << min(head.unit, 31)
        if head.flags & COMPRESSED != 1 or not head.unit or cluster * count > LARGEST_UNIT:
            raise Unsupported("an unknown compression of NTFS")
        unit = cluster * count
        for start in range(0, size, unit):
            length = min(unit, size - start)
            places = extent.allocated(start // cluster, count)
            stored = sum(run[2] for run in places)
            if not stored:
                yield from zeros(length)
            elif stored >= count:
                yield from extent.bytes(start, length)
            else:
                packed = b"".join(self._disk(run) for run in places)
                yield lznt1.unpack(packed, length).ljust(length, b"\0")

    def _disk(self, run: Run) -> bytes:
        _, physical, count = run
        if physical + count > self._volume.clusters:
            raise Malformed("a cluster of a file lies outside the volume")
        return take(self._data, physical * self._volume.cluster, count * self._volume.cluster)

    def _clusters(self, parts: list[Attribute]) -> Extent:
        found: list[Run] = []
        for part in parts:
            found += runs(part.value, part.first)
        if found and found[0][0]:
            raise Malformed("the runs of a file are damaged")
        return Extent(self._data, self._volume, found)
