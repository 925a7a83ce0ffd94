"""The lead and the two headers of an RPM package, and where its payload lies (RPM reference manual, "Package format").

A header is an index of 16-byte records (tag, type, offset, count) into a store of values.
"""

from collections.abc import Mapping, Sequence
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data, take, unpack

LEAD_MAGIC = b"\xed\xab\xee\xdb"
LEAD_SIZE = 96
HEADER_MAGIC = b"\x8e\xad\xe8\x01"
INTRODUCTION = Struct(">4s4xII")
SIZES = Struct(">II")
RECORD = Struct(">IIII")
MOST_RECORDS = 1 << 16
LARGEST_STORE = 64 << 20
LARGEST_SIGNATURE = 16 << 20
MOST_VALUES = 1 << 20
CHAR, INT8, INT16, INT32, INT64, STRING, BINARY, STRINGS, TRANSLATED = 1, 2, 3, 4, 5, 6, 7, 8, 9
INTEGERS = {CHAR: "B", INT8: "B", INT16: "H", INT32: "I", INT64: "Q"}
LONGEST_STRING = 1 << 20
SIGNED_SIZE, SIGNED_LONG_SIZE = 1000, 270


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Where the values of the tags are; a value is read when it is asked for."""

    records: Mapping[int, tuple[int, int, int]]
    store: bytes
    end: int

    def position(self, tag: int) -> int:
        """Where the value of `tag` begins in the bytes that the header was read from, 0 when there is none."""
        return self.end - len(self.store) + self.records[tag][1] if tag in self.records else 0

    def numbers(self, tag: int) -> Sequence[int]:
        """The integers of `tag`; none when it is not there or something else."""
        kind, at, count = self.records.get(tag, (0, 0, 0))
        if kind not in INTEGERS or count > MOST_VALUES:
            return ()
        layout = Struct(f">{count}{INTEGERS[kind]}")
        return layout.unpack_from(self.store, at) if at + layout.size <= len(self.store) else ()

    def strings(self, tag: int) -> Sequence[bytes]:
        """The strings of `tag`; none when it is not there or something else."""
        kind, at, count = self.records.get(tag, (0, 0, 0))
        if kind == STRING:
            count = 1
        elif kind not in (STRINGS, TRANSLATED):
            return ()
        # Each string takes a byte at least, so that a count beyond the store cannot be one.
        if not 0 < count <= min(len(self.store) - at, MOST_VALUES):
            return ()
        return self.store[at:].split(b"\0", count)[:count]

    def text(self, tag: int) -> str:
        """The first string of `tag`, "" when there is none."""
        kind, at, _ = self.records.get(tag, (0, 0, 0))
        if kind not in (STRING, STRINGS, TRANSLATED):
            return ""
        end = self.store.find(b"\0", at, at + LONGEST_STRING)
        return self.store[at : max(end, at)].decode("utf-8", "backslashreplace")


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """The main header; `payload` is the offset of the compressed archive, `end` that behind it, if it is stated."""

    source: bool
    header: Header
    payload: int
    end: int | None


def read(data: Data, start: int = 0) -> Package:
    """The package at `start`; raises Malformed when lead or headers are not what they should be."""
    lead = take(data, start, LEAD_SIZE)
    kind, signature_kind = int.from_bytes(lead[6:8], "big"), int.from_bytes(lead[78:80], "big")
    if lead[:4] != LEAD_MAGIC or lead[4] not in (3, 4) or kind > 1:
        raise Malformed("no lead of an RPM package")
    if signature_kind != 5:
        raise Malformed("a signature of a kind that is not used since 1997")
    signature = _header(data, start + LEAD_SIZE, LARGEST_SIGNATURE)
    at = start + LEAD_SIZE + (signature.end - start - LEAD_SIZE + 7 & ~7)
    main = _header(data, at, LARGEST_STORE)
    size = next(iter((*signature.numbers(SIGNED_LONG_SIZE), *signature.numbers(SIGNED_SIZE))), None)
    end = None if size is None or at + size < main.end else at + size
    return Package(source=kind == 1, header=main, payload=main.end, end=end)


def stored(data: bytes) -> Header:
    """A header as databases of installed packages hold it: without magic. Raises Malformed."""
    count, size = unpack(SIZES, data)
    return _records(data, SIZES.size, count, size, LARGEST_STORE)


def _header(data: Data, start: int, largest: int) -> Header:
    magic, count, size = unpack(INTRODUCTION, data, start)
    if magic != HEADER_MAGIC:
        raise Malformed("no header of an RPM package")
    return _records(data, start + INTRODUCTION.size, count, size, largest)


def _records(data: Data, at: int, count: int, size: int, largest: int) -> Header:
    if not 0 < count <= MOST_RECORDS or size > largest:
        raise Malformed("no header of an RPM package")
    index = take(data, at, count * RECORD.size)
    end = at + len(index) + size
    if end > len(data):
        raise Truncated("the header of the package is cut off")
    records: dict[int, tuple[int, int, int]] = {}
    for tag, kind, offset, number in RECORD.iter_unpack(index):
        if kind > TRANSLATED or offset > size or number > size:
            raise Malformed("a record of the header points outside its store")
        records.setdefault(tag, (kind, offset, number))
    return Header(records=records, store=data[end - size : end], end=end)
