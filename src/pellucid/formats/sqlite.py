"""SQLite databases: the rows of a table ("Database File Format" of the SQLite documentation).

The library itself is not used: it would copy the database into memory, run what a hostile schema asks for in C, and it
does not say where in the file a value stands, which evidence needs. Reading a table is a walk over one b-tree; each
page is visited once, so that time and memory stay within the size of the file. What waits in a separate journal
(-wal) is not seen; indexes and tables WITHOUT ROWID are not read.
"""

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from pellucid.errors import Malformed
from pellucid.formats.scattered import Gathering, Part, Scattered
from pellucid.formats.span import Data, take, unpack

MAGIC = b"SQLite format 3\0"
HEADER = Struct(">16sHBBB")
PAGE = Struct(">BHHHB")
NUMBER, COUNT = Struct(">I"), Struct(">H")
INTERIOR, LEAF = 5, 13
FIRST_PAGE_HEADER = 100
MOST_COLUMNS = 200
LONGEST_SQL = 16 << 10
CONSTRAINTS = frozenset(("PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "CONSTRAINT"))
INTEGER_SIZES = (0, 1, 2, 3, 4, 6, 8)
REAL = Struct(">d")

Value = int | float | str | Scattered | None


class Row(NamedTuple):
    """A row: its number, where it begins in the file, and its columns."""

    number: int
    offset: int
    values: list[Value]


class Database:
    """Reads tables. Raises Malformed."""

    def __init__(self, data: Data) -> None:
        magic, size, _, _, reserved = unpack(HEADER, data)
        self._data = data
        self._page_size = 65536 if size == 1 else size
        if magic != MAGIC or self._page_size < 512 or self._page_size & (self._page_size - 1):
            raise Malformed("no header of an SQLite database")
        self._usable = self._page_size - reserved
        if self._usable < 480:
            raise Malformed("the pages of the SQLite database have no room")
        self._encoding = {2: "utf-16-le", 3: "utf-16-be"}.get(NUMBER.unpack(take(data, 56, 4))[0], "utf-8")
        self._roots: dict[str, int] = {}
        self._columns: dict[str, list[str]] = {}
        for kind, name, _, root, sql, *_ in self._rows(1, columns=5):
            if kind == "table" and isinstance(name, str) and isinstance(root, int):
                self._roots.setdefault(name, root)
                self._columns.setdefault(name, _columns(sql) if isinstance(sql, str) else [])

    @property
    def tables(self) -> frozenset[str]:
        """Names of all tables."""
        return frozenset(self._roots)

    def rows(self, table: str) -> Iterator[Row]:
        """Every row, in order; columns that were added later may be missing at the end. Blobs are Scattered.

        A table that is not there has no rows.
        """
        if root := self._roots.get(table):
            yield from self._records(root)

    def records(self, table: str) -> Iterator[tuple[int, dict[str, Value]]]:
        """(offset, columns by their names) of each row; the column "id" has the number of the row where it is empty."""
        columns = self._columns.get(table, [])
        for row in self.rows(table):
            found = dict(zip(columns, row.values, strict=False))
            if found.get("id", row) is None:
                found["id"] = row.number
            yield row.offset, found

    def _rows(self, root: int, columns: int) -> Iterator[list[Value]]:
        for row in self._records(root):
            if len(row.values) >= columns:
                yield row.values

    def _records(self, root: int) -> Iterator[Row]:
        gathering, seen, pending = Gathering(self._data), set[int](), [root]
        while pending:
            number = pending.pop()
            if number in seen:
                raise Malformed("a page of the SQLite database has two parents")
            seen.add(number)
            start = self._page(number)
            at = start + (FIRST_PAGE_HEADER if number == 1 else 0)
            kind, _, count, _, _ = unpack(PAGE, self._data, at)
            if kind not in (INTERIOR, LEAF):
                raise Malformed("a page of the SQLite database is no part of a table")
            pointers = take(self._data, at + (8 if kind == LEAF else 12), count * 2)
            cells = [start + pointer for (pointer,) in COUNT.iter_unpack(pointers)]
            if any(not at < cell < start + self._usable for cell in cells):
                raise Malformed("a cell of the SQLite database lies outside its page")
            if kind == INTERIOR:
                children = [unpack(NUMBER, self._data, cell)[0] for cell in (*cells, at + 8)]
                pending += reversed(children)
                continue
            for cell in cells:
                yield self._record(cell, start + self._usable, seen, gathering)

    def _page(self, number: int) -> int:
        start = (number - 1) * self._page_size
        if number < 1 or start + self._page_size > len(self._data):
            raise Malformed("the SQLite database names a page that it does not have")
        return start

    def _record(self, cell: int, end: int, seen: set[int], gathering: Gathering) -> Row:
        """A cell of a leaf: length, row id, what fits on the page, the first page with the rest."""
        size, at = self._varint(cell)
        number_of_row, at = self._varint(at)
        most = self._usable - 35
        local = size
        if size > most:
            least = (self._usable - 12) * 32 // 255 - 23
            local = least + (size - least) % (self._usable - 4)
            local = local if local <= most else least
        if at + local + (4 if local < size else 0) > end:
            raise Malformed("a row of the SQLite database leaves its page")
        parts: list[Part] = [(at, local)]
        left, following = size - local, at + local
        while left:
            number = unpack(NUMBER, self._data, following)[0]
            if number in seen:
                raise Malformed("rows of the SQLite database share a page")
            seen.add(number)
            following = self._page(number)
            length = min(left, self._usable - 4)
            parts.append((following + 4, length))
            left -= length
        return Row(number_of_row, at, self._values(gathering.gather(parts)))

    def _values(self, record: Scattered) -> list[Value]:
        data = record.data
        size, at = _varint(data, 0)
        values: list[Value] = []
        body = size
        while at < min(size, len(data)) and len(values) < MOST_COLUMNS:
            kind, at = _varint(data, at)
            value, length = self._value(record, kind, body)
            values.append(value)
            body += length
        return values

    def _value(self, record: Scattered, kind: int, at: int) -> tuple[Value, int]:
        if kind < len(INTEGER_SIZES):
            size = INTEGER_SIZES[kind]
            return (int.from_bytes(take(record.data, at, size), "big", signed=True) if kind else None), size
        match kind:
            case 7:
                return REAL.unpack(take(record.data, at, 8))[0], 8
            case 8 | 9:
                return kind - 8, 0
            case 10 | 11:
                raise Malformed("a value of the SQLite database has a type that does not exist")
        size = (kind - 12) // 2
        value = take(record.data, at, size)
        if kind % 2:
            return value.decode(self._encoding, "replace"), size
        return Scattered(data=value, parts=_cut(record, at, size)), size

    def _varint(self, at: int) -> tuple[int, int]:
        value, length = _varint(self._data[at : at + 9], 0)
        return value, at + length


def _columns(sql: str) -> list[str]:
    """The names of the columns of a CREATE TABLE."""
    depth, word, words = 0, "", []
    for character in sql[sql.find("(") + 1 : LONGEST_SQL]:
        depth += (character == "(") - (character == ")")
        if depth < 0 or (character == "," and not depth):
            words.append(word)
            word = ""
        else:
            word += character
    names = [(text.split() or [""])[0].strip("\"'`[]") for text in words]
    return [name for name in names if name.upper() not in CONSTRAINTS][:MOST_COLUMNS]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of up to nine bytes, and where it ends."""
    value = 0
    for number, byte in enumerate(data[at : at + 9]):
        if number == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + number + 1
    raise Malformed("a number of the SQLite database is cut off")


def _cut(record: Scattered, at: int, size: int) -> tuple[Part, ...]:
    """The pieces of `size` bytes from `at` of a record."""
    found = []
    for offset, length in record.parts:
        skipped = min(at, length)
        taken = min(length - skipped, size)
        if taken > 0:
            found.append((offset + skipped, taken))
        at, size = at - skipped, size - max(taken, 0)
    return tuple(found)
