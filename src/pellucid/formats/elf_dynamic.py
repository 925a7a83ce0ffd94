"""The dynamic part of ELF files (System V gABI, chapter 5; GNU hash tables as in "ELF: symbol lookup via DT_GNU_HASH").

What a loader would read is read here: found from the program headers, so that it is there when sections are not.
Names are taken as they stand in the file, with the offset that they stand at.
"""

from collections.abc import Iterator, Mapping
from struct import Struct
from typing import NamedTuple

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack

LOAD, DYNAMIC, INTERPRETER = 1, 2, 3
NEEDED, HASH, STRINGS, SYMBOLS, STRINGS_SIZE, SONAME, RPATH, DEBUG, RUNPATH = 1, 4, 5, 6, 10, 14, 15, 21, 29
FLAGS_1, GNU_HASH = 0x6FFF_FFFB, 0x6FFF_FEF5
# Tags whose values are addresses of tables: relocations, functions, versions and those above.
ADDRESSES = frozenset((HASH, STRINGS, 7, 12, 13, 17, 23, 25, 26, GNU_HASH, 0x6FFF_FFF0, 0x6FFF_FFFC, 0x6FFF_FFFE))
GLOBAL, WEAK, GNU_UNIQUE = 1, 2, 10
MOST_TAGS, MOST_SEGMENTS = 1 << 14, 1 << 12
MOST_NEEDED, MOST_SYMBOLS = 4096, 1 << 18
LARGEST_STRINGS = 64 << 20
LONGEST_NAME = 4096
# Machines whose hash tables have words of eight bytes when they are 64-bit: Alpha and S/390.
WIDE_HASH = frozenset((0x9026, 41, 22))

SEGMENT = {32: "6I", 64: "2I4Q"}
TAG = {32: "2I", 64: "2Q"}
SYMBOL = {32: "I8xBxH", 64: "IBxH16x"}


class Symbol(NamedTuple):
    """A dynamic symbol; `offset` is where its name stands in the file."""

    name: str
    offset: int


class Dynamic(msgspec.Struct, frozen=True, kw_only=True):
    """What a loader is told. `flags` are DT_FLAGS_1; `debug` says that there is a place for a debugger's use."""

    interpreter: str = ""
    soname: str = ""
    needed: tuple[str, ...] = ()
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    imports: tuple[Symbol, ...] = ()
    exports: tuple[Symbol, ...] = ()
    flags: int = 0
    debug: bool = False


class Segment(msgspec.Struct, frozen=True):
    """A program header's type, place in the file, address and size in the file."""

    type: int
    offset: int
    address: int
    size: int


class Reader:
    """Reads one file of `bits` 32 or 64, whose words are `order` "<" or ">"."""

    def __init__(self, data: Data, *, bits: int, order: str, machine: int) -> None:
        self._data, self._bits, self._order, self._machine = data, bits, order, machine
        self._segments = list(self._read_segments())

    def read(self) -> Dynamic:
        """Raises Malformed when what the loader needs is not where it should be."""
        interpreter = next((self._text(item) for item in self._segments if item.type == INTERPRETER), "")
        place = next((item for item in self._segments if item.type == DYNAMIC), None)
        if place is None:
            return Dynamic(interpreter=interpreter)
        needed: list[int] = []
        tags: dict[int, int] = {}
        for tag, value in self._tags(place):
            if tag == NEEDED:
                needed.append(value)
            else:
                tags.setdefault(tag, value)
        at, strings = self._strings(tags)
        names = _Names(strings, at)
        imports, exports = self._symbols(tags, names)
        return Dynamic(
            interpreter=interpreter,
            soname=names.text(tags[SONAME]) if SONAME in tags else "",
            needed=tuple(names.text(value) for value in needed[:MOST_NEEDED]),
            rpath=_folders(names.text(tags[RPATH])) if RPATH in tags else (),
            runpath=_folders(names.text(tags[RUNPATH])) if RUNPATH in tags else (),
            imports=imports,
            exports=exports,
            flags=tags.get(FLAGS_1, 0),
            debug=DEBUG in tags,
        )

    def _struct(self, layout: str) -> Struct:
        return Struct(self._order + layout)

    def _read_segments(self) -> Iterator[Segment]:
        at, size, count = 0, 0, 0
        if self._bits == 64:
            (at,) = unpack(self._struct("Q"), self._data, 32)
            size, count = unpack(self._struct("2H"), self._data, 54)
        else:
            (at,) = unpack(self._struct("I"), self._data, 28)
            size, count = unpack(self._struct("2H"), self._data, 42)
        layout = self._struct(SEGMENT[self._bits])
        if not count:
            return
        if size < layout.size or count > MOST_SEGMENTS:
            raise Malformed("the program headers of an ELF file have an impossible size")
        for number in range(count):
            fields = unpack(layout, self._data, at + number * size)
            if self._bits == 64:
                type_, _, offset, address, _, length = fields
            else:
                type_, offset, address, _, length, _ = fields
            yield Segment(type_, offset, address, length)

    def _text(self, segment: Segment) -> str:
        raw = bytes(self._data[segment.offset : segment.offset + min(segment.size, LONGEST_NAME)])
        return raw.partition(b"\0")[0].decode("utf-8", "replace")

    def _tags(self, place: Segment) -> Iterator[tuple[int, int]]:
        layout = self._struct(TAG[self._bits])
        size = min(place.size, MOST_TAGS * layout.size)
        raw = take(self._data, place.offset, size - size % layout.size)
        for tag, value in layout.iter_unpack(raw):
            if not tag:
                return
            yield tag, value

    def _offset(self, address: int) -> int:
        """Where an address stands in the file; -1 when no segment has it."""
        for item in self._segments:
            if item.type == LOAD and item.address <= address < item.address + item.size:
                return address - item.address + item.offset
        return -1

    def _strings(self, tags: Mapping[int, int]) -> tuple[int, bytes]:
        if STRINGS not in tags:
            return 0, b""
        at = self._offset(tags[STRINGS])
        if at < 0 or at > len(self._data):
            raise Malformed("the names of an ELF file are in no segment of it")
        return at, bytes(self._data[at : at + min(tags.get(STRINGS_SIZE, 0), LARGEST_STRINGS)])

    def _symbols(self, tags: Mapping[int, int], names: "_Names") -> tuple[tuple[Symbol, ...], tuple[Symbol, ...]]:
        at = self._offset(tags[SYMBOLS]) if SYMBOLS in tags else -1
        if at < 0:
            return (), ()
        layout = self._struct(SYMBOL[self._bits])
        count = min(self._count(tags, layout.size), MOST_SYMBOLS, max(len(self._data) - at, 0) // layout.size)
        imports: list[Symbol] = []
        exports: list[Symbol] = []
        for name, info, section in layout.iter_unpack(bytes(self._data[at : at + count * layout.size])):
            if not name or (section and info >> 4 not in (GLOBAL, WEAK, GNU_UNIQUE)):
                continue
            if text := names.text(name):
                (exports if section else imports).append(Symbol(text, names.at + name))
        return tuple(imports), tuple(exports)

    def _count(self, tags: Mapping[int, int], size: int) -> int:
        """How many dynamic symbols there are: only hash tables tell, or else what stands behind the symbols."""
        if HASH in tags and (at := self._offset(tags[HASH])) >= 0:
            word = 8 if self._bits == 64 and self._machine in WIDE_HASH else 4
            _, count = unpack(self._struct("2Q" if word == 8 else "2I"), self._data, at)
            return int(count)
        if GNU_HASH in tags and (at := self._offset(tags[GNU_HASH])) >= 0 and (count := self._hashed(at)):
            return count
        behind = (tags[tag] - tags[SYMBOLS] for tag in ADDRESSES & tags.keys() if tags[tag] > tags[SYMBOLS])
        return min(behind, default=0) // size

    def _hashed(self, at: int) -> int:
        """The number of symbols by a GNU hash table: the end of the chain that begins last; 0 when none is defined."""
        buckets, first, words, _ = unpack(self._struct("4I"), self._data, at)
        begin = at + 16 + words * self._bits // 8
        if buckets > MOST_SYMBOLS or words > MOST_SYMBOLS:
            raise Malformed("the hash table of an ELF file has an impossible size")
        number = self._struct("I")
        last = max((value for (value,) in number.iter_unpack(take(self._data, begin, buckets * 4))), default=0)
        if last < first:
            return 0
        chains = begin + buckets * 4
        while last - first < MOST_SYMBOLS:
            (value,) = unpack(number, self._data, chains + (last - first) * 4)
            last += 1
            if value & 1:
                break
        return int(last)


class _Names:
    """The table of names, which stands `at` an offset of the file."""

    def __init__(self, table: bytes, at: int) -> None:
        self._table, self.at = table, at

    def text(self, offset: int) -> str:
        """The name at an offset of the table; empty when there is none, or what stands there is no text."""
        end = self._table.find(b"\0", offset, offset + LONGEST_NAME) if offset < len(self._table) else -1
        try:
            return self._table[offset:end].decode() if end >= 0 else ""
        except UnicodeDecodeError:
            return ""


def _folders(path: str) -> tuple[str, ...]:
    return tuple(folder for folder in path.split(":") if folder)
