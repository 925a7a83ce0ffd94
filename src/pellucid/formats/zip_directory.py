"""Where the entries of a zip archive are: end records, central directory, local headers (APPNOTE 6.3.10, 4.3)."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from struct import Struct

import msgspec
from msgspec import structs

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.span import Data, take, unpack
from pellucid.formats.streams import MOST_MEASURED, counted, drained, inflate

LOCAL_MAGIC, CENTRAL_MAGIC, END_MAGIC = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
END64_MAGIC, LOCATOR_MAGIC = b"PK\x06\x06", b"PK\x06\x07"
LOCAL = Struct("<4s5H3I2H")
CENTRAL = Struct("<4s6H3I5H2I")
END = Struct("<4s4H2IH")
END64 = Struct("<4sQ2H2I4Q")
LOCATOR = Struct("<4sIQI")
# Stands before the first entry of an archive in several parts; the second one when it came out as one part after all.
SPANNED = (b"PK\x07\x08", b"PK00")
ZIP64_EXTRA = 0x0001
DESCRIPTOR, UNICODE, ENCRYPTED = 1 << 3, 1 << 11, 1 << 0
DESCRIPTOR_MAGIC, DESCRIPTORS, DEFLATED = b"PK\x07\x08", (Struct("<I2I"), Struct("<I2Q")), 8
MASKED = 0xFFFFFFFF
NEWEST = 63
MOST_METHOD = 99
MOST_COMMENT = 1 << 16
LONGEST_NAME = 4096
MOST_RECORDS = 1 << 20
Extra = dict[int, bytes]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as the central directory states it; `header_at` is where its local header stands in the data."""

    name: bytes
    flags: int
    method: int
    system: int
    attributes: int
    date: int
    time: int
    checksum: int
    packed: int
    size: int
    header_at: int
    extra: Extra


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """`shift` is added to the offsets in the directory: something may stand before the archive or be cut away."""

    at: int
    size: int
    shift: int
    end: int


def find(data: Data, start: int = 0) -> Directory:
    """The directory of the archive that ends the data from `start`; raises Malformed when there is none."""
    at = len(data)
    least = max(start, len(data) - MOST_COMMENT - END.size)
    while (at := data.rfind(END_MAGIC, least, at)) >= 0:
        try:
            return _directory(data, at)
        except Malformed:
            continue
    raise Malformed("there is no central directory")


def find_after(data: Data, start: int) -> Directory:
    """The directory of the archive whose first local header stands at `start`, wherever it ends."""
    if _last_end(data) < start:
        raise Malformed("there is no central directory")
    at = start
    while (at := data.find(END_MAGIC, at)) >= 0:
        try:
            found = _directory(data, at)
        except Malformed:
            pass
        else:
            if found.shift in (start, 0) and start <= found.at:
                return found
        at += 4
    raise Malformed("there is no central directory")


@lru_cache(maxsize=1)
def _last_end(data: Data) -> int:
    """Where the last end record may be, -1 for nowhere; kept, since each entry of a cut archive asks for it."""
    return data.rfind(END_MAGIC)


def central(data: Data, directory: Directory) -> Iterator[Record]:
    """The entries that the central directory lists; its size counts, not its number of them."""
    at, end = directory.at, directory.at + directory.size
    for number in count():
        if at >= end:
            return
        if number >= MOST_RECORDS:
            raise Unsupported(f"more than {MOST_RECORDS:,} entries: the others were not unpacked")
        fields = unpack(CENTRAL, data, at)
        magic, made_by, _, flags, method, time, date, checksum, packed, size = fields[:10]
        name_size, extra_size, comment_size, _, _, attributes, header_at = fields[10:]
        if magic != CENTRAL_MAGIC:
            raise Malformed("the central directory is damaged")
        name = take(data, at + CENTRAL.size, name_size)
        extra = extras(take(data, at + CENTRAL.size + name_size, extra_size))
        size, packed, header_at = _widened(extra.get(ZIP64_EXTRA, b""), size, packed, header_at)
        yield Record(
            name=name,
            flags=flags,
            method=method,
            system=made_by >> 8,
            attributes=attributes,
            date=date,
            time=time,
            checksum=checksum,
            packed=packed,
            size=size,
            header_at=header_at + directory.shift,
            extra=extra,
        )
        at += CENTRAL.size + name_size + extra_size + comment_size


def local(data: Data, at: int) -> tuple[Record, int]:
    """The local header at `at`, and where the data of its entry begins."""
    fields = unpack(LOCAL, data, at)
    magic, version, flags, method, time, date, checksum, packed, size, name_size, extra_size = fields
    if magic != LOCAL_MAGIC or (version & 0xFF) > NEWEST or not 0 < name_size <= LONGEST_NAME:
        raise Malformed("no local header")
    if method > MOST_METHOD:
        raise Malformed("a local header with an impossible method")
    name = take(data, at + LOCAL.size, name_size)
    extra = extras(take(data, at + LOCAL.size + name_size, extra_size))
    size, packed, _ = _widened(extra.get(ZIP64_EXTRA, b""), size, packed, 0)
    record = Record(
        name=name,
        flags=flags,
        method=method,
        system=0,
        attributes=0,
        date=date,
        time=time,
        checksum=checksum,
        packed=packed,
        size=size,
        header_at=at,
        extra=extra,
    )
    return record, at + LOCAL.size + name_size + extra_size


def locals_from(data: Data, start: int) -> Iterator[tuple[Record, int, int]]:
    """Local headers one after the other, with the places where the data of their entries begins and where all ends.

    What was deflated without stating its sizes is unpacked to find them.
    """
    at = start
    while data[at : at + 4] == LOCAL_MAGIC:
        record, data_at = local(data, at)
        at = data_at + record.packed
        if record.flags & DESCRIPTOR and not record.packed:
            record, at = _measured(data, record, data_at)
        yield record, data_at, at


def _measured(data: Data, record: Record, data_at: int) -> tuple[Record, int]:
    """The entry with its sizes, which stand behind its data, and where it ends."""
    if record.method != DEFLATED or record.flags & ENCRYPTED:
        raise Malformed("the size of an entry stands only in the central directory")
    end, checksum, total = drained(counted(inflate(data, data_at), MOST_MEASURED))
    at = end + 4 if data[end : end + 4] == DESCRIPTOR_MAGIC else end
    for layout in DESCRIPTORS:
        if layout.pack(checksum, end - data_at & MASKED, total & MASKED) == data[at : at + layout.size]:
            found = structs.replace(record, packed=end - data_at, size=total, checksum=checksum)
            return found, at + layout.size
    raise Malformed("the size or the checksum behind an entry differs")


def first_entry(data: Data, start: int) -> int:
    """Where the first local header of the archive at `start` stands: behind a mark, if there is one."""
    marked = data[start : start + 4] in SPANNED and data[start + 4 : start + 8] == LOCAL_MAGIC
    return start + 4 if marked else start


def past_directory(data: Data, at: int) -> int:
    """Behind the central directory and its end record that stand at `at`; `at` when nothing like it stands there."""
    end = data.find(END_MAGIC, at) if data[at : at + 4] == CENTRAL_MAGIC else -1
    if end < 0 or end + END.size > len(data):
        return at
    return min(end + END.size + int.from_bytes(data[end + 20 : end + 22], "little"), len(data))


def extras(area: bytes) -> Extra:
    """The extra fields by their number; what is damaged is left out."""
    found, at = Extra(), 0
    while at + 4 <= len(area):
        number, size = int.from_bytes(area[at : at + 2], "little"), int.from_bytes(area[at + 2 : at + 4], "little")
        found.setdefault(number, area[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def _directory(data: Data, at: int) -> Directory:
    """What the end record at `at` points to, checked."""
    _, disk, _, _, entries, size, offset, comment_size = unpack(END, data, at)
    end, top = at + END.size + comment_size, at
    if MASKED in (size, offset) or entries == 0xFFFF:
        if data[max(at - LOCATOR.size, 0) : at][:4] == LOCATOR_MAGIC:
            top, size, offset = _directory64(data, at)
    elif disk:
        raise Malformed("the archive is one of several parts")
    begin = top - size
    if begin < 0 or end > len(data) or (size and data[begin : begin + 4] != CENTRAL_MAGIC):
        raise Malformed("the central directory is not before its end record")
    return Directory(at=begin, size=size, shift=begin - offset, end=end)


def _directory64(data: Data, at: int) -> tuple[int, int, int]:
    """Where the zip64 end record stands, the size and the offset of the directory that it states."""
    _, _, offset, _ = unpack(LOCATOR, data, at - LOCATOR.size)
    for place in (offset, at - LOCATOR.size - END64.size):
        if data[place : place + 4] == END64_MAGIC:
            fields = unpack(END64, data, place)
            return place, fields[8], fields[9]
    raise Malformed("the zip64 end record is missing")


def _widened(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Values that do not fit into 32 bits stand in an extra field, in this order, only those that are masked."""
    values = []
    at = 0
    for value in (size, packed, offset):
        if value == MASKED and at + 8 <= len(extra):
            values.append(int.from_bytes(extra[at : at + 8], "little"))
            at += 8
        else:
            values.append(value)
    return values[0], values[1], values[2]
