"""Names that a Mach-O image imports, without the rest of its symbols (Apple, mach-o/loader.h and mach-o/nlist.h)."""

from struct import Struct

from pellucid.formats import macho, macho_symbols
from pellucid.formats.span import Data, take, unpack

MOST_NAMES = 1 << 16


def names(data: Data, start: int = 0) -> frozenset[str]:
    """Those of the image at `start`. Large programs have hundreds of thousands of symbols that are not asked for.

    Raises Malformed.
    """
    order, bits = macho.MAGICS.get(bytes(data[start : start + 4]), ("", 0))
    count, size = unpack(Struct(order + "16xII"), data, start)
    raw = take(data, start + (32 if bits == 64 else 28), min(size, macho.LARGEST_COMMANDS))
    blocks = dict(macho.commands(raw, min(count, macho.MOST_COMMANDS), order))
    symbols, imported = blocks.get(macho_symbols.SYMTAB, b""), blocks.get(macho_symbols.DYSYMTAB, b"")
    if len(symbols) < 24 or len(imported) < 32:
        return frozenset(symbol.name for symbol in macho_symbols.read(data, start).imports)
    table, _, strings, length = Struct(order + "8xIIII").unpack_from(symbols)
    first, number = Struct(order + "24xII").unpack_from(imported)
    row = Struct(order + ("I12x" if bits == 64 else "I8x"))
    rows = take(data, start + table + first * row.size, min(number, MOST_NAMES) * row.size)
    return frozenset(_name(data, start + strings, place, length) for (place,) in row.iter_unpack(rows) if place)


def _name(data: Data, at: int, place: int, length: int) -> str:
    end = min(at + length, at + place + macho_symbols.LONGEST_NAME)
    found = data.find(b"\0", at + place, end)
    return bytes(data[at + place : found if found >= 0 else end]).decode("utf-8", "replace")
