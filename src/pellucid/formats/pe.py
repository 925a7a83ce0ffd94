"""The headers of PE images and what stands beside the program (Microsoft, "PE Format")."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from operator import attrgetter
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.identify import is_padding
from pellucid.formats.span import Data, take, unpack

MAGIC = b"MZ"
POINTER_AT = 0x3C
COFF = Struct("<4sHHIIIHH")
SECTION = Struct("<8sIIIIIIHHI")
DIRECTORY = Struct("<II")
CERTIFICATE = Struct("<IHH")
SYMBOL_SIZE = 18
WIDE = 0x20B
DIRECTORIES_AT = {0x10B: 96, WIDE: 112}
ENTRY_AT, BASE_AT, ALIGNMENT_AT, CHECKSUM_AT, SUBSYSTEM_AT, LIBRARY_FLAGS_AT = 16, 24, 32, 64, 68, 70
RESOURCES, CERTIFICATES = 2, 4
MOST_DIRECTORIES = 16
MOST_SECTIONS = 1024
MOST_CERTIFICATES = 64
LONGEST_NAME = 64
PKCS_SIGNED_DATA = 2
MACHINES = {
    0x14C: "i386",
    0x8664: "x86_64",
    0x1C0: "arm",
    0x1C2: "thumb",
    0x1C4: "arm",
    0xAA64: "aarch64",
    0x200: "ia64",
    0xEBC: "ebc",
    0x5032: "riscv32",
    0x5064: "riscv64",
    0x6264: "loongarch64",
}
SUBSYSTEMS = {
    1: "native",
    2: "windowsGui",
    3: "windowsConsole",
    9: "windowsCe",
    10: "efiApplication",
    11: "efiBootServiceDriver",
    12: "efiRuntimeDriver",
    13: "efiRom",
    16: "windowsBootApplication",
}


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """`at` and `size` in the file, `address` and `virtual` in memory; bytes. `flags` are its characteristics."""

    name: str
    address: int
    virtual: int
    at: int
    size: int
    flags: int = 0

    @property
    def used(self) -> int:
        """Bytes that are not there for alignment."""
        return min(self.size, self.virtual) if self.virtual else self.size


class Image(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """`end` is where the parts end that the headers describe; directories are (address, size) by their number.

    `flags` are the characteristics of the COFF header, `library_flags` the "DLL characteristics", which programs have
    as well; `alignment` is that of sections in memory, `entry` the address of the first instruction, 0 for none.
    `directories_at` and `checksum_at` are offsets into the file.
    """

    machine: str
    subsystem: str
    timestamp: int
    sections: tuple[Section, ...]
    directories: tuple[tuple[int, int], ...]
    end: int
    bits: int
    flags: int
    library_flags: int
    alignment: int
    entry: int
    base: int
    checksum_at: int
    directories_at: int

    def directory(self, number: int) -> tuple[int, int]:
        """(address, size); zeros when there is none."""
        return self.directories[number] if number < len(self.directories) else (0, 0)

    @cached_property
    def _in_file(self) -> Sequence[Section]:
        """Those that have bytes in the file, by their addresses."""
        return sorted((section for section in self.sections if section.size), key=attrgetter("address"))

    def offset(self, address: int) -> int:
        """Where in the file the byte at `address` in memory stands; raises Malformed when it is not in the file."""
        number = bisect_right(self._in_file, address, key=attrgetter("address"))
        if number:
            section = self._in_file[number - 1]
            if address < section.address + section.size:
                return section.at + address - section.address
        raise Malformed(f"nothing of the file lies at the address 0x{address:x}")


def read(data: Data, start: int = 0) -> Image:
    """The headers at `start`. Offsets in the result count from `start`."""
    if data[start : start + 2] != MAGIC:
        raise Malformed("no PE image")
    header = start + int.from_bytes(take(data, start + POINTER_AT, 4), "little")
    fields = unpack(COFF, data, header)
    magic, machine, count, timestamp, symbols, symbol_count, optional, flags = fields
    if magic != b"PE\0\0" or count > MOST_SECTIONS:
        raise Malformed("no PE image")
    options = header + COFF.size
    word = int.from_bytes(take(data, options, 2), "little")
    directories_at = DIRECTORIES_AT.get(word)
    if directories_at is None or directories_at > optional:
        raise Malformed("a PE image of an unknown kind")
    fixed = take(data, options, directories_at)
    subsystem = _number(fixed, SUBSYSTEM_AT, 2)
    number = int.from_bytes(take(data, options + directories_at - 4, 4), "little")
    number = min(number, MOST_DIRECTORIES, (optional - directories_at) // DIRECTORY.size)
    directories = DIRECTORY.iter_unpack(take(data, options + directories_at, number * DIRECTORY.size))
    table = take(data, options + optional, count * SECTION.size)
    strings = symbols + symbol_count * SYMBOL_SIZE if symbols else 0
    sections = tuple(_section(fields, data, start + strings if strings else 0) for fields in SECTION.iter_unpack(table))
    end = max([options + optional + len(table) - start, *(part.at + part.size for part in sections if part.size)])
    if strings:
        end = max(end, _symbols_end(data, start, strings))
    return Image(
        machine=MACHINES.get(machine, f"0x{machine:04x}"),
        subsystem=SUBSYSTEMS.get(subsystem, str(subsystem)),
        timestamp=timestamp,
        sections=sections,
        directories=tuple(directories),
        end=end,
        bits=64 if word == WIDE else 32,
        flags=flags,
        library_flags=_number(fixed, LIBRARY_FLAGS_AT, 2),
        alignment=_number(fixed, ALIGNMENT_AT, 4),
        entry=_number(fixed, ENTRY_AT, 4),
        base=_number(fixed, BASE_AT, 8) if word == WIDE else _number(fixed, BASE_AT + 4, 4),
        checksum_at=options + CHECKSUM_AT - start,
        directories_at=options + directories_at - start,
    )


def _number(raw: bytes, at: int, size: int) -> int:
    return int.from_bytes(raw[at : at + size], "little")


def overlays(data: Data, image: Image) -> list[tuple[int, int]]:
    """(offset, length) of what the headers do not describe, in front of the certificates and behind them."""
    at, size = image.directory(CERTIFICATES)
    certificates = (at, at + size) if image.end <= at <= len(data) else (len(data), len(data))
    gaps = ((image.end, certificates[0]), (certificates[1], len(data)))
    return [(begin, end - begin) for begin, end in gaps if begin < end and not is_padding(data, begin, end)]


def certificates(data: Data, image: Image) -> Iterator[tuple[int, int, int]]:
    """(type, offset, length) of each certificate attached to the file; damage ends the list with Malformed."""
    at, size = image.directory(CERTIFICATES)
    end = at + size
    if end > len(data):
        raise Truncated("the table of certificates is cut off")
    for _ in range(MOST_CERTIFICATES):
        if not at or at + CERTIFICATE.size > end:
            return
        length, _, kind = CERTIFICATE.unpack_from(data, at)
        if not CERTIFICATE.size <= length <= end - at:
            raise Malformed("a certificate has an impossible length")
        yield kind, at + CERTIFICATE.size, length - CERTIFICATE.size
        at += length + 7 & ~7


def _section(fields: tuple[bytes, int, int, int, int, int, int, int, int, int], data: Data, strings: int) -> Section:
    """A name of more than eight bytes is given as a place among the names of the symbols, at `strings`."""
    name, virtual, address, size, at, *_, flags = fields
    digits = name.rstrip(b"\0")[1:]
    if name[:1] == b"/" and digits.isdigit() and strings:
        at_name = strings + int(digits)
        name = data[at_name : at_name + LONGEST_NAME].partition(b"\0")[0]
    shown = name.rstrip(b"\0").decode("ascii", "backslashreplace")
    return Section(name=shown, address=address, virtual=virtual, at=at, size=size if at else 0, flags=flags)


def _symbols_end(data: Data, start: int, strings: int) -> int:
    """The end of the symbols' names, whose length stands in front of them; nothing when that is damaged."""
    length = int.from_bytes(data[start + strings : start + strings + 4], "little")
    return strings + length if 0 < strings + length <= len(data) - start else 0
