"""Functions that a PE image imports, each with the slot that the loader fills in (Microsoft, "PE Format", .idata)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import pe
from pellucid.formats.pe_imports import DELAY, DELAYED, DESCRIPTOR, IMPORTS, MOST_LIBRARIES
from pellucid.formats.span import Data, take, unpack

OPTIONAL = 24
WIDE = b"\x0b\x02"
MOST_FUNCTIONS = 1 << 16
LONGEST_NAME = 512
# Delay-loaded tables of the first kind hold addresses with the base, those of today count from it.
COUNTED = 1


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """`offset` is where its name stands in the file; `slot` is the address that holds its address, from the base."""

    name: str
    offset: int
    slot: int


def functions(data: Data, image: pe.Image) -> Iterator[Function]:
    """Those imported by name, of one library after the other. What is damaged ends a table, and no more."""
    try:
        wide = _is_wide(data)
    except Malformed:
        return
    # Of all libraries, whose tables may be one and the same, and with those that are imported by number.
    left = iter(range(MOST_FUNCTIONS))
    for names, slots in _tables(data, image):
        try:
            yield from _of_library(data, image, names, slots, left, wide=wide)
        except Malformed:
            continue


def _is_wide(data: Data) -> bool:
    header = int.from_bytes(take(data, pe.POINTER_AT, 4), "little")
    return take(data, header + OPTIONAL, 2) == WIDE


def _tables(data: Data, image: pe.Image) -> Iterator[tuple[int, int]]:
    """(table of names, table of slots) of each library, as addresses."""
    for directory, row in ((IMPORTS, DESCRIPTOR), (DELAYED, DELAY)):
        address, size = image.directory(directory)
        if not address or not size:
            continue
        try:
            at = image.offset(address)
            for _ in range(MOST_LIBRARIES):
                fields = unpack(row, data, at)
                at += row.size
                if directory == IMPORTS:
                    names, _, _, library, slots = fields
                    names = names or slots
                else:
                    flags, library, _, slots, names, *_ = fields
                    library = library if flags & COUNTED else 0
                if not library:
                    break
                yield names, slots
        except Malformed:
            continue


def _of_library(
    data: Data, image: pe.Image, names: int, slots: int, left: Iterator[int], *, wide: bool
) -> Iterator[Function]:
    word = Struct("<Q" if wide else "<I")
    by_number = 1 << (63 if wide else 31)
    at = image.offset(names)
    for number, _ in enumerate(left):
        (entry,) = unpack(word, data, at + number * word.size)
        if not entry:
            return
        if entry & by_number:
            continue
        place = image.offset(entry & 0x7FFF_FFFF) + 2
        name = bytes(data[place : place + LONGEST_NAME]).partition(b"\0")[0]
        if name.isascii() and name:
            yield Function(name=name.decode(), offset=place, slot=slots + number * word.size)
