"""Mach-O files as programs whose calls can be followed (Apple, mach-o/loader.h: sections, LC_DYSYMTAB, LC_MAIN)."""

from collections.abc import Collection, Iterator, Mapping
from struct import Struct

import msgspec
import numpy as np

from pellucid.formats import macho, macho_symbols
from pellucid.formats.calls.program import Program, Span
from pellucid.formats.span import Data, take, unpack

DYSYMTAB, MAIN = 0xB, 0x8000_0028
KIND, POINTERS, LAZY_POINTERS, STUBS = 0xFF, 6, 7, 8
INSTRUCTIONS = 0x8000_0400
MOST_SLOTS = 1 << 16
MOST_ADDRESS = 1 << 62


class Section(msgspec.Struct, frozen=True):
    """`first` is the number of its first entry in the table of indirect symbols, where it has any."""

    span: Span
    flags: int
    first: int


def read(data: Data, start: int, wanted: Collection[str]) -> Program:
    """The program at `start`; `wanted` are the imports to look for. Raises Malformed."""
    image = macho.read(data, start)
    order = ">" if image.big_endian else "<"
    count, size = unpack(Struct(order + "16xII"), data, start)
    raw = take(data, start + (32 if image.bits == 64 else 28), size)
    commands = list(macho.commands(raw, count, order))
    sections = [item for command, block in commands for item in _sections(command, block, order, start)]
    symbols = macho_symbols.read(data, start)
    code = tuple(item.span for item in sections if item.flags & INSTRUCTIONS and item.span.size)
    imports = {item.number: item.name for item in symbols.imports if item.name in wanted}
    indirect = next((_indirect(data, start, block, order) for command, block in commands if command == DYSYMTAB), [])
    names = {item.address: item.name.removeprefix("_") for item in symbols.functions}
    inside = np.array([at for at in names if any(span.has(at) for span in code)], np.int64)
    exported = {item.address for item in symbols.functions if item.exported}
    text = next((item for item in image.segments if item.name == "__TEXT"), None)
    entries = [
        Struct(order + "8xQ").unpack_from(block)[0] + (text.address if text else 0)
        for command, block in commands
        if command == MAIN and len(block) >= 16
    ]
    return Program(
        machine=image.machine,
        bits=image.bits,
        big_endian=image.big_endian,
        code=code,
        data=tuple(
            Span(address=item.address, offset=start + item.offset, size=item.size)
            for item in image.segments
            if item.size and item.address + item.size < MOST_ADDRESS
        ),
        slots=dict(_slots(indirect, sections, image.bits // 8, imports)),
        plt=tuple(item.span for item in sections if item.flags & KIND == STUBS),
        starts=np.unique(inside),
        names=names,
        entries=tuple(entry for entry in entries if entry < MOST_ADDRESS),
        exports=np.array([at for at in sorted(exported) if at < MOST_ADDRESS], np.int64),
    )


def _sections(command: int, block: bytes, order: str, start: int) -> Iterator[Section]:
    wide = command == macho.SEGMENT_64
    if command not in (macho.SEGMENT, macho.SEGMENT_64):
        return
    head, row = (72, Struct(order + "32xQQI12xII8x")) if wide else (56, Struct(order + "32xIII12xII4x"))
    for at in range(head, len(block) - row.size + 1, row.size):
        address, size, offset, flags, first = row.unpack_from(block, at)
        if address + size < MOST_ADDRESS:
            held = size if offset else 0
            yield Section(Span(address=address, offset=start + offset, size=held), flags, first)


def _indirect(data: Data, start: int, block: bytes, order: str) -> list[int]:
    """The table of indirect symbols: for each pointer the number of the symbol that the loader puts there."""
    if len(block) < 64:
        return []
    table, count = Struct(order + "56xII").unpack_from(block)
    raw = take(data, start + table, min(count, MOST_SLOTS) * 4)
    return list(np.frombuffer(raw, np.dtype(f"{order}u4")).tolist())


def _slots(
    indirect: list[int], sections: list[Section], word: int, imports: Mapping[int, str]
) -> Iterator[tuple[int, str]]:
    """(address, symbol) of the pointers to imports."""
    for section in sections:
        if section.flags & KIND in (POINTERS, LAZY_POINTERS):
            for number, symbol in enumerate(indirect[section.first : section.first + section.span.size // word]):
                if symbol in imports:
                    yield section.span.address + number * word, imports[symbol]
