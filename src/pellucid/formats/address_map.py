"""Where in a file the bytes at an address of memory stand, for ELF, PE and Mach-O programs alike.

System V gABI, chapter 5 (program headers); Microsoft, "PE Format"; Apple, mach-o/loader.h (segments).
"""

from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import macho, pe
from pellucid.formats.span import Data, take, unpack

ELF_MAGIC = b"\x7fELF"
LOAD = 1
MOST_SEGMENTS = 4096
PE_OPTIONAL = 24


class AddressMap(msgspec.Struct, frozen=True, kw_only=True):
    """`parts` are (address, offset, size) of what is loaded from the file; `word` is the bytes of a pointer."""

    parts: tuple[tuple[int, int, int], ...]
    word: int
    big_endian: bool = False

    def offset(self, address: int) -> int:
        """Where the byte at `address` stands; raises Malformed when it is not in the file."""
        for start, offset, size in self.parts:
            if start <= address < start + size:
                return offset + address - start
        raise Malformed(f"nothing of the file lies at the address 0x{address:x}")


def of(data: Data, start: int = 0) -> AddressMap:
    """The map of the program at `start`; raises Malformed for anything else."""
    if data[start : start + 4] == ELF_MAGIC:
        return _elf(data, start)
    if data[start : start + 2] == pe.MAGIC:
        return _pe(data, start)
    return _macho(data, start)


def _elf(data: Data, start: int) -> AddressMap:
    wide, order = take(data, start + 4, 2)
    if wide not in (1, 2) or order not in (1, 2):
        raise Malformed("an ELF header of an impossible class")
    mark = "<" if order == 1 else ">"
    table = Struct(mark + ("Q" if wide == 2 else "I"))
    (at,) = unpack(table, data, start + (32 if wide == 2 else 28))
    size, count = unpack(Struct(mark + "HH"), data, start + (54 if wide == 2 else 42))
    segment = Struct(mark + ("I4xQQ8xQ16x" if wide == 2 else "III4xI12x"))
    if size != segment.size or count > MOST_SEGMENTS:
        raise Malformed("segments of an impossible size")
    rows = segment.iter_unpack(take(data, start + at, count * segment.size))
    parts = tuple((address, start + offset, length) for kind, offset, address, length in rows if kind == LOAD)
    return AddressMap(parts=parts, word=table.size, big_endian=order == 2)


def _pe(data: Data, start: int) -> AddressMap:
    image = pe.read(data, start)
    header = start + int.from_bytes(take(data, start + pe.POINTER_AT, 4), "little") + PE_OPTIONAL
    wide = take(data, header, 2) == b"\x0b\x02"
    base = int.from_bytes(take(data, header + (24 if wide else 28), 8 if wide else 4), "little")
    parts = tuple((base + section.address, start + section.at, section.size) for section in image.sections)
    return AddressMap(parts=parts, word=8 if wide else 4)


def _macho(data: Data, start: int) -> AddressMap:
    image = macho.read(data, start)
    parts = tuple((item.address, start + item.offset, item.size) for item in image.segments)
    return AddressMap(parts=parts, word=image.bits // 8, big_endian=image.big_endian)
