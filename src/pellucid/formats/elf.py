"""ELF files (System V gABI, chapter 4 and 5), read with LIEF behind a value of our own.

The identification and header are read here, so that even a broken file says what it claims to be; LIEF resolves the
dynamic section and its symbols, from program headers when there are no sections. LIEF takes 0.3 s to import: it is
loaded by the first file that needs it.
"""

import struct
import warnings
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from mmap import mmap
from typing import Any

from pellucid.errors import Malformed

MAGIC = b"\x7fELF"
LARGEST = 256 << 20
MOST_SYMBOLS = 200_000
MOST_NEEDED = 4096

DF_1_PIE = 0x0800_0000


class ElfType(IntEnum):
    NONE = 0
    RELOCATABLE = 1
    EXECUTABLE = 2
    SHARED = 3
    CORE = 4


@dataclass(frozen=True, kw_only=True)
class Header:
    """The ELF header: `machine` is the lower case name of e_machine, "machine-<n>" for a number without a name."""

    type: ElfType
    machine: str
    bits: int
    little_endian: bool


@dataclass(frozen=True, kw_only=True)
class Import:
    """An undefined dynamic symbol; `offset` is where its name stands in the file, -1 when that is not known."""

    name: str
    offset: int


@dataclass(frozen=True, kw_only=True)
class Elf:
    """What analyzers need of an ELF file. `interpreter` is empty for libraries and static programs."""

    header: Header
    interpreter: str = ""
    soname: str = ""
    needed: tuple[str, ...] = ()
    imports: tuple[Import, ...] = ()
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
    """Read the header and the dynamic part of an ELF file of at most 256 MiB. Raises Malformed."""
    head = header(data)
    if len(data) > LARGEST:
        raise Malformed(f"ELF file of {len(data):,} bytes is larger than the {LARGEST:,} that are read")
    with warnings.catch_warnings():
        # LIEF warns once for each enumeration value that it has no name for: hostile files have thousands.
        warnings.simplefilter("ignore")
        try:
            binary = _parse(bytes(data))
            if head.type is ElfType.RELOCATABLE:
                is_module = any(_text(section, "name") == ".modinfo" for section in binary.sections)
                return Elf(header=head, is_module=is_module)
            return _dynamic(data, head, binary)
        except (RuntimeError, ValueError, TypeError, OverflowError, MemoryError) as error:
            raise Malformed(f"ELF file cannot be read: {error}") from error


def _dynamic(data: bytes | mmap, head: Header, binary: Any) -> Elf:
    lief = _lief()
    tags = lief.ELF.DynamicEntry.TAG
    soname, debug, flags = "", False, 0
    needed: list[str] = []
    strings = (0, 0)
    start, size = 0, 0
    for entry in binary.dynamic_entries:
        tag = entry.tag
        if tag == tags.NEEDED and len(needed) < MOST_NEEDED:
            needed.append(_text(entry, "name"))
        elif tag == tags.SONAME:
            soname = _text(entry, "name")
        elif tag == tags.DEBUG_TAG:
            debug = True
        elif tag == tags.FLAGS_1:
            flags = int(entry.value)
        elif tag == tags.STRTAB:
            start = _file_offset(binary, int(entry.value))
        elif tag == tags.STRSZ:
            size = int(entry.value)
    if start > 0:
        strings = (start, min(start + size, len(data)))
    interpreter = _text(binary, "interpreter") if binary.has_interpreter else ""
    is_program = head.type is ElfType.EXECUTABLE or (
        head.type is ElfType.SHARED and not soname and (bool(interpreter) or debug or bool(flags & DF_1_PIE))
    )
    return Elf(
        header=head,
        interpreter=interpreter,
        soname=soname,
        needed=tuple(needed),
        imports=_imports(data, binary, strings),
        is_program=is_program,
    )


def _imports(data: bytes | mmap, binary: Any, strings: tuple[int, int]) -> tuple[Import, ...]:
    """Undefined symbols by name; a name is found again in .dynstr, where a linker stores it once."""
    table = bytes(data[strings[0] : strings[1]])
    found = []
    for number, symbol in enumerate(binary.dynamic_symbols):
        if number >= MOST_SYMBOLS:
            break
        if not symbol.imported:
            continue
        name = _text(symbol, "name")
        if not name:
            continue
        at = table.find(name.encode("utf-8", "replace") + b"\0")
        found.append(Import(name=name, offset=strings[0] + at if at >= 0 else -1))
    return tuple(found)


def _parse(data: bytes) -> Any:
    lief = _lief()
    config = lief.ELF.ParserConfig()
    config.parse_relocations = False
    config.parse_symtab_symbols = False
    config.parse_symbol_versions = False
    config.parse_notes = False
    config.parse_overlay = False
    binary = lief.ELF.parse(data, config)
    if binary is None:
        raise Malformed("ELF file cannot be read")
    return binary


def _file_offset(binary: Any, address: int) -> int:
    offset = binary.virtual_address_to_offset(address)
    return offset if isinstance(offset, int) else -1


def _text(owner: Any, attribute: str) -> str:
    """A name that LIEF hands out; empty when it is not UTF-8, as then it is no name that anybody looks for."""
    try:
        name = getattr(owner, attribute)
    except UnicodeDecodeError:
        return ""
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
    return text[:4096]


@cache
def _machine_name(machine: int) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            name = str(_lief().ELF.ARCH(machine).name)
        except (ValueError, AttributeError, RuntimeError):
            return f"machine-{machine}"
    return name.lower()


@cache
def _lief() -> Any:
    import lief  # noqa: PLC0415 (0.3 s: only for those that read ELF)

    lief.logging.disable()
    return lief
