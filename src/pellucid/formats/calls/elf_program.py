"""ELF files as programs whose calls can be followed (System V gABI, chapters 4 and 5; supplements of processors)."""

from collections.abc import Mapping
from struct import Struct

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from pellucid.errors import Malformed
from pellucid.formats import elf, elf_sections, elf_segments
from pellucid.formats.calls import function_tables
from pellucid.formats.calls.program import NONE, Addresses, Program, Span
from pellucid.formats.elf_segments import EXECUTE, Loading, SegmentType
from pellucid.formats.span import Data, unpack

RELR = 36
LARGEST_DATA = LARGEST_STRINGS = 64 << 20
PLTRELSZ, PLTGOT, HASH, STRTAB, SYMTAB, RELA, RELASZ, STRSZ, INIT, FINI = 2, 3, 4, 5, 6, 7, 8, 10, 12, 13
REL, RELSZ, PLTREL, JMPREL, INIT_ARRAY, FINI_ARRAY, INIT_ARRAYSZ, FINI_ARRAYSZ = 17, 18, 20, 23, 25, 26, 27, 28
MIPS_LOCAL_GOTNO, MIPS_SYMTABNO, MIPS_GOTSYM = 0x7000_000A, 0x7000_0011, 0x7000_0013
MOST_RELOCATIONS, MOST_SYMBOLS = 1 << 21, 1 << 18
MOST_STARTS, MOST_LOADED, MOST_ADDRESS = 4096, 256, 1 << 62
FUNCTION, GNU_IFUNC = 2, 10
# Of the global pointer of MIPS from the table of addresses.
GP_OFFSET, TOC_OFFSET, PPC_GOT = 0x7FF0, 0x8000, 0x7000_0000

Rows = NDArray[np.void]


def read(data: Data, imports: Mapping[str, str]) -> Program:
    """The program; `imports` are the symbols to look for, with the names of their functions. Raises Malformed."""
    return _Reader(data, imports).read()


def _loading(data: Data) -> Loading:
    """Segments and tags with what of them is in the file, and at addresses that can be reckoned with."""
    found = elf_segments.read(data)
    segments = tuple(
        structs.replace(item, size=min(item.size, max(len(data) - item.offset, 0)))
        for item in found.segments
        if item.address + item.size < MOST_ADDRESS
    )
    loaded = [item.size for item in segments if item.type == SegmentType.LOAD]
    if len(loaded) > MOST_LOADED or sum(loaded) > 2 * len(data):
        raise Malformed("segments of an ELF file that lie over each other")
    return Loading(segments=segments, tags={tag: value for tag, value in found.tags.items() if value < MOST_ADDRESS})


class _Reader:
    """Reads one file. Tables that are damaged say nothing."""

    def __init__(self, data: Data, imports: Mapping[str, str]) -> None:
        self._data, self._imports = data, imports
        self._head = elf.header(data)
        self._order = "<" if self._head.little_endian else ">"
        self._wide = self._head.bits == 64
        self._loading = _loading(data)
        self._tags = self._loading.tags

    def read(self) -> Program:
        symbols = self._symbols()
        names = self._names(symbols)
        wanted = {number: self._imports[text] for number, text in names.items() if text in self._imports}
        sections = self._sections()
        slots, pointers, values = self._relocations(wanted)
        more, held = self._mips_slots(wanted)
        slots, values = slots | more, values | held
        thumb = self._head.machine == "arm"
        defined = symbols["value"][(symbols["section"] != 0) & np.isin(symbols["info"] & 15, (FUNCTION, GNU_IFUNC))]
        starts, listed, own_names = function_tables.of_elf(
            self._data,
            sections,
            self._loading.segments,
            order=self._order,
            bits=self._head.bits,
            machine=self._head.machine,
        )
        exports = defined.astype(np.int64) & (~1 if thumb else ~0)
        own_names |= self._exported_names(symbols, thumb=thumb)
        return Program(
            machine=self._head.machine,
            bits=self._head.bits,
            big_endian=not self._head.little_endian,
            code=self._spans(executable=True),
            data=self._spans(executable=False),
            slots=slots,
            plt=tuple(
                Span(address=item.address, offset=item.at, size=item.size)
                for item in sections
                if item.name.startswith((".plt", ".iplt", ".MIPS.stubs", ".glink"))
            ),
            starts=np.unique(np.concatenate((starts, exports))),
            listed=listed,
            names=own_names,
            entries=self._entries(),
            exports=exports,
            bases=self._bases(sections),
            pointers=pointers,
            values=values,
        )

    def _struct(self, layout: str) -> Struct:
        return Struct(self._order + layout)

    def _spans(self, *, executable: bool) -> tuple[Span, ...]:
        return tuple(
            Span(address=item.address, offset=item.offset, size=item.size)
            for item in self._loading.segments
            if item.type == SegmentType.LOAD and bool(item.flags & EXECUTE) == executable and item.size
        )

    def _table(self, address: int, size: int, row: np.dtype[np.void], most: int) -> Rows:
        """A table of the file; as much of it as there is."""
        at = self._loading.offset(address) if address else -1
        if at < 0 or size <= 0:
            return np.empty(0, row)
        count = min(size // row.itemsize, most, (len(self._data) - at) // row.itemsize)
        return np.frombuffer(bytes(self._data[at : at + count * row.itemsize]), row)

    def _row(self, *fields: tuple[str, str]) -> np.dtype[np.void]:
        return np.dtype([(name, f"{self._order}{kind}") for name, kind in fields])

    def _symbols(self) -> Rows:
        if self._wide:
            row = self._row(
                ("name", "u4"), ("info", "u1"), ("other", "u1"), ("section", "u2"), ("value", "u8"), ("size", "u8")
            )
        else:
            row = self._row(
                ("name", "u4"), ("value", "u4"), ("size", "u4"), ("info", "u1"), ("other", "u1"), ("section", "u2")
            )
        begin, end = self._tags.get(SYMTAB, 0), self._tags.get(STRTAB, 0)
        # Linkers put the names behind the symbols; where they do not, what stands between is taken for symbols.
        size = end - begin if end > begin else MOST_SYMBOLS * row.itemsize
        return self._table(begin, size, row, MOST_SYMBOLS)

    def _strings(self) -> bytes:
        at = self._loading.offset(self._tags.get(STRTAB, 0))
        return bytes(self._data[at : at + min(self._tags.get(STRSZ, 0), LARGEST_STRINGS)]) if at >= 0 else b""

    def _names(self, symbols: Rows) -> dict[int, str]:
        """Names of the symbols that are imported, by number."""
        strings = self._strings()
        numbers = np.flatnonzero(symbols["section"] == 0)
        found = {}
        for number, place in zip(numbers.tolist(), symbols["name"][numbers].tolist(), strict=True):
            end = strings.find(b"\0", place, place + 64)
            text = strings[place:end].decode("latin-1") if end > place else ""
            if text in self._imports:
                found[number] = text
        return found

    def _exported_names(self, symbols: Rows, *, thumb: bool) -> dict[int, str]:
        strings = self._strings()
        found: dict[int, str] = {}
        kept = symbols[(symbols["section"] != 0) & (symbols["info"] & 15 == FUNCTION)]
        for place, value in zip(kept["name"].tolist(), kept["value"].tolist(), strict=True):
            end = strings.find(b"\0", place, place + 256)
            if end > place:
                found.setdefault(value & ~1 if thumb else value, strings[place:end].decode("utf-8", "replace"))
        return found

    def _relocations(self, wanted: Mapping[int, str]) -> tuple[dict[int, str], Addresses, dict[int, int]]:
        """(slots of imports, addresses that relocations put into memory, what single slots then hold)."""
        word = 8 if self._wide else 4
        tables = [
            (self._tags.get(RELA, 0), self._tags.get(RELASZ, 0), True),
            (self._tags.get(REL, 0), self._tags.get(RELSZ, 0), False),
        ]
        tables.append((self._tags.get(JMPREL, 0), self._tags.get(PLTRELSZ, 0), self._tags.get(PLTREL, RELA) == RELA))
        slots: dict[int, str] = {}
        pointers = [NONE]
        values: dict[int, int] = {}
        numbers = np.array(sorted(wanted), np.int64)
        for address, size, with_addend in tables:
            fields = [("offset", f"u{word}"), ("info", f"u{word}"), *([("addend", f"i{word}")] if with_addend else [])]
            rows = self._table(address, size, self._row(*fields), MOST_RELOCATIONS)
            rows = rows[rows["offset"] < MOST_ADDRESS]
            symbol = self._symbol_numbers(rows["info"])
            hit = np.isin(symbol, numbers)
            for place, number in zip(rows["offset"][hit].tolist(), symbol[hit].tolist(), strict=True):
                slots[place] = wanted[number]
            if not with_addend:
                local = rows["offset"][symbol == 0].astype(np.int64)
                held = self._words_at(local)
                pointers.append(held)
                values |= dict(zip(local.tolist(), held.tolist(), strict=True))
            else:
                local = (symbol == 0) & (rows["addend"] > 0)
                pointers.append(rows["addend"][local].astype(np.int64))
                values |= dict(zip(rows["offset"][local].tolist(), rows["addend"][local].tolist(), strict=True))
        if self._head.type is elf.ElfType.EXECUTABLE or RELR in self._tags:
            pointers += [self._words_of(span) for span in self._spans(executable=False)]
        return slots, np.concatenate(pointers), values

    def _words_of(self, span: Span) -> Addresses:
        """All aligned words of a part of the file."""
        size = 8 if self._wide else 4
        raw = bytes(self._data[span.offset : span.offset + min(span.size, LARGEST_DATA)])
        return np.frombuffer(raw[: len(raw) // size * size], f"{self._order}u{size}").astype(np.int64)

    def _words_at(self, addresses: Addresses) -> Addresses:
        """The words that stand at these addresses; 0 where none does."""
        found = np.zeros(len(addresses), np.int64)
        size = 8 if self._wide else 4
        for span in (*self._spans(executable=False), *self._spans(executable=True)):
            inside = (addresses >= span.address) & (addresses < span.address + span.size - size)
            if inside.any():
                number = (addresses[inside] - span.address) // size
                every = self._words_of(span)
                found[np.flatnonzero(inside)[number < len(every)]] = every[number[number < len(every)]]
        return found

    def _symbol_numbers(self, info: Addresses) -> Addresses:
        if not self._wide:
            return (info >> 8).astype(np.int64)
        if self._head.machine == "mips" and self._order == "<":
            # The parts of r_info stand in the order of big-endian machines: symbol first, as a word of its own.
            return (info & 0xFFFF_FFFF).astype(np.int64)
        return (info >> 32).astype(np.int64)

    def _mips_slots(self, wanted: Mapping[int, str]) -> tuple[dict[int, str], dict[int, int]]:
        """The table of addresses of MIPS: local ones, then those of the symbols from DT_MIPS_GOTSYM on."""
        if self._head.machine != "mips" or MIPS_GOTSYM not in self._tags:
            return {}, {}
        first, local, word = self._tags[MIPS_GOTSYM], self._tags.get(MIPS_LOCAL_GOTNO, 0), 8 if self._wide else 4
        table = self._tags.get(PLTGOT, 0)
        slots = {table + word * (local + number - first): name for number, name in wanted.items() if number >= first}
        count = local + max(self._tags.get(MIPS_SYMTABNO, 0) - first, 0)
        rows = self._table(table, count * word, self._row(("value", f"u{word}")), MOST_SYMBOLS)["value"]
        return slots, {
            table + word * number: value for number, value in enumerate(rows.tolist()) if 0 < value < MOST_ADDRESS
        }

    def _bases(self, sections: tuple[elf_sections.Section, ...]) -> tuple[int, ...]:
        table = self._tags.get(PLTGOT, 0)
        match self._head.machine:
            case "mips":
                found = [table + GP_OFFSET if table else 0]
            case "ppc64":
                found = [item.address + TOC_OFFSET for item in sections if item.name == ".got"]
            case "ppc":
                found = [item.address + TOC_OFFSET for item in sections if item.name == ".got2"]
                found.append(self._tags.get(PPC_GOT, 0))
            case _:
                found = [table]
        return tuple(item for item in found if item)

    def _entries(self) -> tuple[int, ...]:
        (entry,) = unpack(self._struct("Q" if self._wide else "I"), self._data, 24)
        word = np.dtype(f"{self._order}u{8 if self._wide else 4}")
        found = [entry, self._tags.get(INIT, 0), self._tags.get(FINI, 0)]
        for array, size in ((INIT_ARRAY, INIT_ARRAYSZ), (FINI_ARRAY, FINI_ARRAYSZ)):
            at = self._loading.offset(self._tags.get(array, 0))
            length = min(self._tags.get(size, 0), MOST_STARTS * word.itemsize)
            raw = bytes(self._data[at : at + length]) if at >= 0 else b""
            found += np.frombuffer(raw[: len(raw) // word.itemsize * word.itemsize], word).tolist()
        mask = ~1 if self._head.machine == "arm" else ~0
        return tuple(dict.fromkeys(item & mask for item in found if 0 < item < MOST_ADDRESS))

    def _sections(self) -> tuple[elf_sections.Section, ...]:
        try:
            return elf_sections.sections(self._data)
        except Malformed:
            return ()
