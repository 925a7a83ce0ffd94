"""Metadata of .NET assemblies: their identity and the assemblies that they refer to (ECMA-335, II.22 to II.25)."""

import tomllib
from functools import cache
from pathlib import Path
from struct import Struct
from typing import Any

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import pe
from pellucid.formats.span import Data, take, unpack

CLI_DIRECTORY = 14
CLI_HEADER = Struct("<IHHII")
CLI_FLAGS = Struct("<16xI12xII")
MANAGED_ONLY, STRONG_NAME_SIGNED = 1, 8
MAGIC = b"BSJB"
ROOT = Struct("<4sHHII")
STREAM = Struct("<II")
TABLES = Struct("<IBBBBQQ")
WIDE_STRINGS, WIDE_GUIDS, WIDE_BLOBS, EXTRA = 1, 2, 4, 0x40
ASSEMBLY, REFERENCE = 0x20, 0x23
MOST_STREAMS, MOST_TABLES = 16, 64
MOST_ROWS, MOST_REFERENCES = 1 << 24, 2000
LONGEST_NAME = 512


class Assembly(msgspec.Struct, frozen=True, kw_only=True):
    """Name, version of four numbers and culture, "" for the neutral one; `at` is where its row stands."""

    name: str
    version: str
    culture: str
    at: int


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What an assembly is, None for a module of one, and what it refers to; `runtime` is as "v4.0.30319"."""

    runtime: str
    assembly: Assembly | None
    references: tuple[Assembly, ...]


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What the header of the runtime says of the image; `strong_name` is (address, size) of that signature."""

    flags: int
    strong_name: tuple[int, int]
    at: int

    @property
    def is_managed_only(self) -> bool:
        """Whether it holds no machine code."""
        return bool(self.flags & MANAGED_ONLY)

    @property
    def is_signed(self) -> bool:
        """Whether it was signed with a strong name, and not only left room for it."""
        return bool(self.flags & STRONG_NAME_SIGNED)


def header(data: Data, image: pe.Image) -> Header | None:
    """The header of an image of .NET, None for any other; raises Malformed."""
    address, size = image.directory(CLI_DIRECTORY)
    if not address or size < CLI_FLAGS.size:
        return None
    at = image.offset(address)
    flags, place, length = unpack(CLI_FLAGS, data, at)
    return Header(flags=flags, strong_name=(place, length), at=at)


@cache
def _layout() -> dict[str, Any]:
    text = Path(__file__).with_name("clr_tables.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def read(data: Data, image: pe.Image) -> Metadata | None:
    """The metadata of an image, None for one that is not .NET's; raises Malformed."""
    address, size = image.directory(CLI_DIRECTORY)
    if not address or size < CLI_HEADER.size:
        return None
    _, _, _, root_address, _ = unpack(CLI_HEADER, data, image.offset(address))
    root = image.offset(root_address)
    magic, _, _, _, length = unpack(ROOT, data, root)
    if magic != MAGIC or length > 256:
        raise Malformed("no metadata of .NET")
    runtime = take(data, root + ROOT.size, length).partition(b"\0")[0].decode("utf-8", "replace")
    streams = _streams(data, root, root + ROOT.size + length)
    tables, strings = streams.get("#~") or streams.get("#-"), streams.get("#Strings")
    if tables is None or strings is None:
        raise Malformed("metadata without tables or names")
    found = _Tables(data, tables[0], strings)
    own = found.assemblies(ASSEMBLY, 1)
    return Metadata(
        runtime=runtime,
        assembly=own[0] if own else None,
        references=tuple(found.assemblies(REFERENCE, MOST_REFERENCES)),
    )


def _streams(data: Data, root: int, at: int) -> dict[str, tuple[int, int]]:
    """(offset, size) by name."""
    count = int.from_bytes(take(data, at + 2, 2), "little")
    at += 4
    found = {}
    for _ in range(min(count, MOST_STREAMS)):
        offset, size = unpack(STREAM, data, at)
        name = data[at + STREAM.size : at + STREAM.size + 32].partition(b"\0")[0]
        found[name.decode("ascii", "replace")] = (root + offset, size)
        at += STREAM.size + (len(name) + 4 & ~3)
    return found


class _Tables:
    """The stream of tables: where each begins and how long its rows are."""

    def __init__(self, data: Data, at: int, strings: tuple[int, int]) -> None:
        self._data, self._strings = data, strings
        _, _, _, self._heaps, _, valid, _ = unpack(TABLES, data, at)
        present = [number for number in range(MOST_TABLES) if valid >> number & 1]
        at += TABLES.size
        counts = Struct(f"<{len(present)}I")
        self._rows = dict(zip(present, unpack(counts, data, at), strict=True))
        if any(count > MOST_ROWS for count in self._rows.values()):
            raise Malformed("metadata with too many rows")
        self._at = at + counts.size + (4 if self._heaps & EXTRA else 0)

    def assemblies(self, table: int, most: int) -> list[Assembly]:
        """The rows of one of the two tables that describe assemblies."""
        columns = _layout()["columns"]
        start = self._at + sum(
            self._rows[number] * sum(map(self._width, columns[number].split()))
            for number in self._rows
            if number < table
        )
        widths = [self._width(column) for column in columns[table].split()]
        size = sum(widths)
        found = []
        for number in range(min(self._rows.get(table, 0), most)):
            at = start + number * size
            values = _values(take(self._data, at, size), widths)
            # An assembly begins with the algorithm of its hash; both have flags and a key before the names.
            first = 1 if table == ASSEMBLY else 0
            version = ".".join(map(str, values[first : first + 4]))
            name, culture = (self._text(index) for index in values[first + 6 : first + 8])
            found.append(Assembly(name=name, version=version, culture=culture, at=at))
        return found

    def _width(self, column: str) -> int:
        """Bytes of a column."""
        if column in ("2", "4"):
            return int(column)
        if column in ("S", "G", "B"):
            wide = {"S": WIDE_STRINGS, "G": WIDE_GUIDS, "B": WIDE_BLOBS}[column]
            return 4 if self._heaps & wide else 2
        if column[0] == "T" and len(column) == 3:
            return 4 if self._rows.get(int(column[1:], 16), 0) >= 1 << 16 else 2
        coded = _layout()["coded"][column]
        most = max(self._rows.get(table, 0) for table in coded["tables"])
        return 4 if most >= 1 << 16 - coded["bits"] else 2

    def _text(self, index: int) -> str:
        at, size = self._strings
        if not 0 <= index < size:
            return ""
        return (
            self._data[at + index : at + min(index + LONGEST_NAME, size)].partition(b"\0")[0].decode("utf-8", "replace")
        )


def _values(row: bytes, widths: list[int]) -> list[int]:
    values, at = [], 0
    for width in widths:
        values.append(int.from_bytes(row[at : at + width], "little"))
        at += width
    return values
