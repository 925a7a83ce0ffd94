"""Symbols of Mach-O programs and libraries (Apple, mach-o/nlist.h and mach-o/loader.h)."""

from struct import Struct

import msgspec

from pellucid.formats import macho
from pellucid.formats.span import Data, take, unpack

SYMTAB, DYSYMTAB = 0x2, 0xB
MOST_SYMBOLS = 1 << 18
LARGEST_STRINGS = 64 << 20
LONGEST_NAME = 512
PRIVATE, EXTERNAL, TYPE, STAB, UNDEFINED, IN_SECTION = 0x10, 0x01, 0x0E, 0xE0, 0x0, 0xE


class Symbol(msgspec.Struct, frozen=True, kw_only=True):
    """`offset` is where its name stands in the file; `address` is 0 for one that is imported.

    `number` is its place in the table, by which others name it; `exported` says whether other programs may.
    """

    name: str
    offset: int
    address: int = 0
    number: int = 0
    exported: bool = False


class Symbols(msgspec.Struct, frozen=True, kw_only=True):
    """What the loader finds elsewhere, and what the program defines, static functions among it."""

    imports: tuple[Symbol, ...]
    functions: tuple[Symbol, ...]


def read(data: Data, start: int = 0) -> Symbols:
    """What the table of symbols of the program at `start` has. Raises Malformed."""
    order, bits = macho.MAGICS.get(bytes(data[start : start + 4]), ("", 0))
    if not order:
        return Symbols(imports=(), functions=())
    count, size = unpack(Struct(order + "16xII"), data, start)
    at = start + (32 if bits == 64 else 28)
    raw = take(data, at, min(size, macho.LARGEST_COMMANDS))
    for command, block in macho.commands(raw, min(count, macho.MOST_COMMANDS), order):
        if command == SYMTAB and len(block) >= 24:
            table, number, strings, length = Struct(order + "8xIIII").unpack_from(block)
            rows = take(data, start + table, min(number, MOST_SYMBOLS) * (16 if bits == 64 else 12))
            names = bytes(data[start + strings : start + strings + min(length, LARGEST_STRINGS)])
            return _read(rows, names, start + strings, Struct(order + ("IBBHQ" if bits == 64 else "IBBHI")))
    return Symbols(imports=(), functions=())


def _read(rows: bytes, names: bytes, at: int, row: Struct) -> Symbols:
    imports, functions = [], []
    for number, (place, kind, _, _, address) in enumerate(row.iter_unpack(rows)):
        if kind & STAB or not place or kind & TYPE not in (UNDEFINED, IN_SECTION):
            continue
        if kind & TYPE == UNDEFINED and not (kind & EXTERNAL and not address):
            continue
        name = names[place : place + LONGEST_NAME].partition(b"\0")[0].decode("utf-8", "replace")
        if kind & TYPE == UNDEFINED:
            imports.append(Symbol(name=name, offset=at + place, number=number))
        else:
            exported = bool(kind & EXTERNAL) and not kind & PRIVATE
            functions.append(Symbol(name=name, offset=at + place, address=address, number=number, exported=exported))
    return Symbols(imports=tuple(imports), functions=tuple(functions))
