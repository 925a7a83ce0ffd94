"""Sections of a file in a firmware volume (UEFI Platform Initialization 1.8, volume 3, 3.2.4 and 3.2.5)."""

from collections.abc import Iterator
from enum import IntEnum
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats.span import Data, unpack
from pellucid.formats.uefi import compression, guid

HEADER = Struct("<3sB")
COMPRESSED = Struct("<IB")
DEFINED = Struct("<16sHH")
LONG = 0xFFFFFF
PROCESSING_REQUIRED = 0x01
DEEPEST = 12
MOST_SECTIONS = 100_000
MOST_UNPACKED = 256 << 20


class Type(IntEnum):
    COMPRESSION = 0x01
    GUID_DEFINED = 0x02
    DISPOSABLE = 0x03
    PE32 = 0x10
    PIC = 0x11
    TE = 0x12
    DXE_DEPENDENCY = 0x13
    VERSION = 0x14
    USER_INTERFACE = 0x15
    COMPATIBILITY16 = 0x16
    VOLUME_IMAGE = 0x17
    FREEFORM = 0x18
    RAW = 0x19
    PEI_DEPENDENCY = 0x1B
    MM_DEPENDENCY = 0x1C


class Section(msgspec.Struct, frozen=True):
    """A section that stands at `start` of `data`, its content from `at` to `end`; `within` is what encloses it."""

    type: int
    data: Data
    start: int
    at: int
    end: int
    within: tuple[str, ...] = ()


class Budget:
    """What may be unpacked from one volume: whatever its bytes say, the work ends."""

    def __init__(self) -> None:
        self.sections = MOST_SECTIONS
        self.bytes = MOST_UNPACKED

    def section(self) -> None:
        self.sections -= 1
        if self.sections < 0:
            raise Unsupported(f"more than {MOST_SECTIONS:,} sections in one volume")

    def unpacked(self, length: int) -> None:
        self.bytes -= length
        if self.bytes < 0:
            raise Unsupported(f"more than {MOST_UNPACKED >> 20} MiB come out of one volume")


def leaves(
    data: Data, at: int, end: int, budget: Budget, within: tuple[str, ...] = ()
) -> Iterator[Section | Malformed]:
    """The leaf sections from `at` to `end`, out of compressed and other encapsulations, in order."""
    start = at
    while at + HEADER.size <= end:
        budget.section()
        size24, kind = HEADER.unpack_from(data, at)
        size, header = int.from_bytes(size24, "little"), HEADER.size
        if size == LONG:
            if at + 8 > end:
                yield Truncated("a section's header is cut off")
                return
            size, header = int.from_bytes(data[at + 4 : at + 8], "little"), 8
        if size < header or size > end - at:
            if any(data[at : min(at + 64, end)]) and data[at : at + 4] != b"\xff\xff\xff\xff":
                yield Malformed(f"a section of type 0x{kind:02x} has the impossible size {size}")
            return
        section = Section(kind, data, at, at + header, at + size, within)
        if kind in _ENCAPSULATIONS:
            yield from _opened(section, budget)
        else:
            yield section
        at = start + (at - start + size + 3 & ~3)


def _opened(section: Section, budget: Budget) -> Iterator[Section | Malformed]:
    """What an encapsulation holds; the encapsulation itself, as raw bytes, when it cannot be opened."""
    if len(section.within) >= DEEPEST:
        yield Unsupported(f"sections lie more than {DEEPEST} deep in each other")
        return
    try:
        data, at, end, name = _ENCAPSULATIONS[section.type](section, budget)
    except Malformed as error:
        yield error
        yield section
        return
    yield from leaves(data, at, end, budget, (*section.within, name))


Opened = tuple[Data, int, int, str]


def _compressed(section: Section, budget: Budget) -> Opened:
    length, kind = unpack(COMPRESSED, section.data, section.at)
    at = section.at + COMPRESSED.size
    if kind == 0:
        return section.data, at, section.end, "stored"
    if kind not in (1, 2):
        raise Unsupported(f"a section is compressed in the unknown way {kind}")
    budget.unpacked(length)
    packed = section.data[at : section.end]
    method = compression.tiano_or_efi if kind == 1 else compression.lzma
    return method(packed, length), 0, length, "compressed"


def _defined(section: Section, budget: Budget) -> Opened:
    packed, offset, attributes = unpack(DEFINED, section.data, section.at)
    at = section.start + offset
    if not section.at + DEFINED.size <= at <= section.end:
        raise Malformed("the data of a GUID-defined section lies outside of it")
    notation = guid.text(packed)
    found = compression.METHODS.get(notation)
    if found:
        content = found(section.data[at : section.end], budget.bytes)
        budget.unpacked(len(content))
        return content, 0, len(content), guid.named(notation)
    name = guid.named(notation)
    if attributes & PROCESSING_REQUIRED and not name:
        raise Unsupported(f"a section must be processed in an unknown way, {notation}")
    return section.data, at, section.end, name or notation


def _disposable(section: Section, _: Budget) -> Opened:
    return section.data, section.at, section.end, "disposable"


_ENCAPSULATIONS = {
    int(Type.COMPRESSION): _compressed,
    int(Type.GUID_DEFINED): _defined,
    int(Type.DISPOSABLE): _disposable,
}
