"""ELF files (System V gABI, chapters 4 and 5): what analyzers need to know of programs, libraries and modules."""

import struct
import tomllib
from enum import IntEnum
from functools import cache
from mmap import mmap
from pathlib import Path

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import elf_dynamic, elf_layout
from pellucid.formats.elf_dynamic import Symbol

MAGIC = b"\x7fELF"
DF_1_PIE = 0x0800_0000


class ElfType(IntEnum):
    NONE = 0
    RELOCATABLE = 1
    EXECUTABLE = 2
    SHARED = 3
    CORE = 4


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The ELF header: `machine` is the lower case name of e_machine, "machine-<n>" for a number without a name."""

    type: ElfType
    machine: str
    bits: int
    little_endian: bool


class Elf(msgspec.Struct, frozen=True, kw_only=True):
    """What analyzers need of an ELF file. `interpreter` is empty for libraries and static programs."""

    header: Header
    interpreter: str = ""
    soname: str = ""
    needed: tuple[str, ...] = ()
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    imports: tuple[Symbol, ...] = ()
    exports: tuple[Symbol, ...] = ()
    is_program: bool = False
    is_module: bool = False


def header(data: bytes | mmap) -> Header:
    """Read the first 20 bytes. Raises Malformed."""
    if len(data) < 52 or data[:4] != MAGIC:
        raise Malformed("not an ELF file")
    elf_class, encoding = data[4], data[5]
    if elf_class not in (1, 2) or encoding not in (1, 2):
        raise Malformed(f"ELF identification with class {elf_class} and data encoding {encoding}")
    kind, machine = struct.unpack("<HH" if encoding == 1 else ">HH", data[16:20])
    if kind > 4 and kind < 0xFE00:
        raise Malformed(f"ELF type {kind} is reserved")
    return Header(
        type=ElfType(kind) if kind <= 4 else ElfType.NONE,
        machine=_machine_name(machine),
        bits=32 if elf_class == 1 else 64,
        little_endian=encoding == 1,
    )


def read(data: bytes | mmap) -> Elf:
    """Read the header and the dynamic part; large files are not read whole. Raises Malformed."""
    head = header(data)
    if head.type is ElfType.RELOCATABLE:
        return Elf(header=head, is_module=b"\0.modinfo\0" in elf_layout.read(data).names)
    order = "<" if head.little_endian else ">"
    (machine,) = struct.unpack_from(f"{order}H", data, 18)
    found = elf_dynamic.Reader(data, bits=head.bits, order=order, machine=machine).read()
    is_program = head.type is ElfType.EXECUTABLE or (
        head.type is ElfType.SHARED
        and (bool(found.flags & DF_1_PIE) or (not found.soname and (bool(found.interpreter) or found.debug)))
    )
    return Elf(
        header=head,
        interpreter=found.interpreter,
        soname=found.soname,
        needed=found.needed,
        rpath=found.rpath,
        runpath=found.runpath,
        imports=found.imports,
        exports=found.exports,
        is_program=is_program,
    )


def _machine_name(machine: int) -> str:
    return _machines().get(machine, f"machine-{machine}")


@cache
def _machines() -> dict[int, str]:
    text = Path(__file__).with_name("elf_machines.toml").read_text(encoding="utf-8")
    return {int(number): str(name) for number, name in tomllib.loads(text)["machine"].items()}
