"""Terse executables, PE images with a short header (UEFI Platform Initialization 1.8, volume 1, 15)."""

from contextlib import suppress
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.pe import SECTION, SUBSYSTEMS, Section
from pellucid.formats.span import Data, take, unpack

MAGIC = b"VZ"
HEADER = Struct("<2sHBBHIIQ")
DIRECTORY = Struct("<II")
DEBUG = Struct("<II2HIIII")
CODE_VIEW = 2
# By the mark of a record of debug information (EDK II, "Image/PeCoff").
PATH_AT = {b"NB10": 16, b"RSDS": 24, b"MTOC": 20}
LONGEST_RECORD = 1024
MACHINES = {0x14C: "i386", 0x8664: "x86_64", 0x1C2: "thumb", 0x1C4: "arm", 0xAA64: "aarch64", 0x5064: "riscv64"}
NARROW = frozenset(("i386", "arm", "thumb"))
WHOLE_HEADER = HEADER.size + 2 * DIRECTORY.size
MOST_SECTIONS = 96
# Modules that run from flash are packed to a few bytes; nothing keeps pages apart then.
LARGEST_ALIGNMENT = 1 << 16


class TerseImage(msgspec.Struct, frozen=True, kw_only=True):
    """Offsets of sections are those in the file; `entry` and addresses count from the base of the PE image.

    `stripped` bytes of headers were taken away in front, `alignment` is the largest power of two that all sections
    are aligned to in memory. `relocations` and `debug` are (address, size).
    """

    machine: str
    subsystem: str
    entry: int
    base: int
    stripped: int
    sections: tuple[Section, ...]
    relocations: tuple[int, int]
    debug: tuple[int, int]
    alignment: int

    def offset(self, address: int) -> int:
        """Where in the file the byte at `address` stands; raises Malformed when it is not in the file."""
        for section in self.sections:
            if section.address <= address < section.address + section.size:
                return section.at + address - section.address
        raise Malformed(f"nothing of the file lies at the address 0x{address:x}")

    @property
    def bits(self) -> int:
        return 32 if self.machine in NARROW else 64


def read(data: Data, start: int = 0) -> TerseImage:
    """The header at `start` and its sections; raises Malformed for impossible ones."""
    magic, machine, count, subsystem, stripped, entry, _, base = unpack(HEADER, data, start)
    if magic != MAGIC or machine not in MACHINES or not 0 < count <= MOST_SECTIONS or stripped < WHOLE_HEADER:
        raise Malformed("no terse executable")
    directories = tuple(DIRECTORY.iter_unpack(take(data, start + HEADER.size, 2 * DIRECTORY.size)))
    table = take(data, start + WHOLE_HEADER, count * SECTION.size)
    # What the fields state counts from where the PE header began.
    moved = WHOLE_HEADER - stripped
    sections = tuple(_section(fields, moved) for fields in SECTION.iter_unpack(table))
    for section in sections:
        if section.size and not WHOLE_HEADER + len(table) <= section.at <= len(data) - start:
            raise Malformed(f"the section {section.name} of a terse executable lies outside it")
    bits = LARGEST_ALIGNMENT
    for section in sections:
        bits |= section.address
    return TerseImage(
        machine=MACHINES[machine],
        subsystem=SUBSYSTEMS.get(subsystem, str(subsystem)),
        entry=entry,
        base=base,
        stripped=stripped,
        sections=sections,
        relocations=directories[0],
        debug=directories[1],
        alignment=bits & -bits,
    )


def debug_path(data: Data, image: TerseImage) -> str:
    """Where the linker put the debug information, which names the module; "" when that is not said."""
    address, size = image.debug
    with suppress(Malformed):
        if size >= DEBUG.size:
            *_, kind, length, _, at = unpack(DEBUG, data, image.offset(address))
            record = take(data, at + WHOLE_HEADER - image.stripped, min(length, LONGEST_RECORD))
            if kind == CODE_VIEW and record[:4] in PATH_AT:
                return record[PATH_AT[record[:4]] :].partition(b"\0")[0].decode("utf-8", "backslashreplace")
    return ""


def _section(fields: tuple[bytes, int, int, int, int, int, int, int, int, int], moved: int) -> Section:
    name, virtual, address, size, at, *_, flags = fields
    return Section(
        name=name.rstrip(b"\0").decode("ascii", "backslashreplace"),
        address=address,
        virtual=virtual,
        at=at + moved,
        size=size if at else 0,
        flags=flags,
    )


def te_facts(data: Data, at: int) -> dict[str, str]:
    """What the header at `at` says; nothing when there is none."""
    if data[at : at + 2] != MAGIC or at + HEADER.size > len(data):
        return {}
    _, machine, _, subsystem, _, entry, _, base = HEADER.unpack_from(data, at)
    return {
        "machine": MACHINES.get(machine, f"0x{machine:04x}"),
        "subsystem": str(subsystem),
        "entryPoint": f"0x{entry:08x}",
        "imageBase": f"0x{base:x}",
    }
