"""Mach-O programs and libraries, alone or several in a universal file (Apple, mach-o/loader.h and mach-o/fat.h)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack

# Magic -> byte order and word size.
MAGICS = {
    b"\xfe\xed\xfa\xce": (">", 32),
    b"\xfe\xed\xfa\xcf": (">", 64),
    b"\xce\xfa\xed\xfe": ("<", 32),
    b"\xcf\xfa\xed\xfe": ("<", 64),
}
UNIVERSAL = b"\xca\xfe\xba\xbe"
UNIVERSAL_HEADER, UNIVERSAL_ARCH = Struct(">4sI"), Struct(">5I")
# Classes of Java begin with the same magic; the number in the place of the count is their version, 45 or more.
MOST_ARCHITECTURES = 20
MOST_COMMANDS, LARGEST_COMMANDS = 20_000, 1 << 20
MOST_SECTIONS = 4096
LONGEST_NAME = 4096
SEGMENT, SEGMENT_64 = 0x1, 0x19
LOAD_DYLIB, ID_DYLIB, LOAD_DYLINKER, UUID = 0xC, 0xD, 0xE, 0x1B
LOADS = frozenset((LOAD_DYLIB, 0x8000_0018, 0x8000_001F, 0x20, 0x8000_0023))
RPATH = 0x8000_001C
CODE_SIGNATURE, ENCRYPTIONS = 0x1D, frozenset((0x21, 0x2C))
TYPES = {1: "object", 2: "execute", 4: "core", 6: "dylib", 7: "dylinker", 8: "bundle", 10: "dsym", 11: "kext"}
MACHINES = {
    7: "i386",
    12: "arm",
    18: "ppc",
    0x0100_0007: "x86_64",
    0x0100_000C: "aarch64",
    0x0200_000C: "aarch64_32",
    0x0100_0012: "ppc64",
}


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """A library by its install name; the version is that of its interface, "1.2.11"."""

    name: str
    version: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A segment or section that is loaded: `offset` counts from the beginning of its program.

    `rights` are those that a segment begins with: 1 to read, 2 to write, 4 to execute.
    """

    name: str
    address: int
    offset: int
    size: int
    rights: int = 0


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """One program or library. `identity` is its own name as a library, `loads` are the libraries it needs.

    `flags` are those of the header, `signature` is (offset, size) of its code signature, (0, 0) for none; `encryption`
    is the system by which it is encrypted, 0 where that is only prepared and None where it is not.
    """

    type: str
    machine: str
    bits: int
    big_endian: bool
    identity: Library | None
    loads: tuple[Library, ...]
    rpaths: tuple[str, ...]
    loader: str
    uuid: str
    segments: tuple[Part, ...]
    sections: tuple[Part, ...]
    flags: int
    signature: tuple[int, int]
    encryption: int | None


def starts(data: Data) -> list[int]:
    """Where the programs of a file begin: [0], or one offset for each architecture of a universal file."""
    if data[:4] in MAGICS:
        return [0]
    if data[:4] != UNIVERSAL:
        return []
    _, count = unpack(UNIVERSAL_HEADER, data)
    if not 0 < count <= MOST_ARCHITECTURES:
        return []
    table = take(data, UNIVERSAL_HEADER.size, count * UNIVERSAL_ARCH.size)
    offsets = [offset for _, _, offset, _, _ in UNIVERSAL_ARCH.iter_unpack(table)]
    return [offset for offset in offsets if data[offset : offset + 4] in MAGICS]


def read(data: Data, start: int = 0) -> Image:
    """The header and load commands at `start`; raises Malformed."""
    order, bits = MAGICS.get(data[start : start + 4], ("", 0))
    if not order:
        raise Malformed("no Mach-O header")
    machine, _, kind, count, size, flags = unpack(Struct(order + "4xIIIIII"), data, start)
    if count > MOST_COMMANDS or size > LARGEST_COMMANDS:
        raise Malformed("a Mach-O header with too many commands")
    raw = take(data, start + (32 if bits == 64 else 28), size)
    found = _Commands(order)
    for command, block in commands(raw, count, order):
        found.add(command, block)
    return Image(
        type=TYPES.get(kind, str(kind)),
        machine=MACHINES.get(machine, f"0x{machine:x}"),
        bits=bits,
        big_endian=order == ">",
        identity=found.identity,
        loads=tuple(found.loads),
        rpaths=tuple(found.rpaths),
        loader=found.loader,
        uuid=found.uuid,
        segments=tuple(found.segments),
        sections=tuple(found.sections),
        flags=flags,
        signature=found.signature,
        encryption=found.encryption,
    )


def commands(raw: bytes, count: int, order: str) -> Iterator[tuple[int, bytes]]:
    """(number, whole command) of each; a damaged one is the last."""
    head = Struct(order + "II")
    at = 0
    for _ in range(count):
        if at + head.size > len(raw):
            return
        command, size = head.unpack_from(raw, at)
        if size < head.size or at + size > len(raw):
            return
        yield command, raw[at : at + size]
        at += size


class _Commands:
    """What the load commands say, as they are read."""

    def __init__(self, order: str) -> None:
        self._order = order
        self.identity: Library | None = None
        self.loads: list[Library] = []
        self.rpaths: list[str] = []
        self.loader = self.uuid = ""
        self.segments: list[Part] = []
        self.sections: list[Part] = []
        self.signature = (0, 0)
        self.encryption: int | None = None

    def add(self, command: int, block: bytes) -> None:
        """Take one command; those that say nothing of interest, or are too short, are passed over."""
        if command in LOADS or command == ID_DYLIB:
            if len(block) >= 24:
                library = Library(name=self._text(block), version=self._version(block))
                if command == ID_DYLIB:
                    self.identity = library
                else:
                    self.loads.append(library)
        elif command == RPATH and len(block) >= 12:
            self.rpaths.append(self._text(block))
        elif command == LOAD_DYLINKER and len(block) >= 12:
            self.loader = self._text(block)
        elif command == UUID and len(block) >= 24:
            self.uuid = block[8:24].hex()
        elif command == CODE_SIGNATURE and len(block) >= 16:
            self.signature = Struct(self._order + "8xII").unpack_from(block)
        elif command in ENCRYPTIONS and len(block) >= 20:
            (self.encryption,) = Struct(self._order + "16xI").unpack_from(block)
        elif command in (SEGMENT, SEGMENT_64):
            self._segment(block, wide=command == SEGMENT_64)

    def _text(self, block: bytes) -> str:
        (at,) = Struct(self._order + "8xI").unpack_from(block)
        return block[at : at + LONGEST_NAME].partition(b"\0")[0].decode("utf-8", "replace")

    def _version(self, block: bytes) -> str:
        (number,) = Struct(self._order + "16xI").unpack_from(block)
        return f"{number >> 16}.{number >> 8 & 0xFF}.{number & 0xFF}"

    def _segment(self, block: bytes, *, wide: bool) -> None:
        head = Struct(self._order + ("8x16sQ8xQQ4xII4x" if wide else "8x16sI4xII4xII4x"))
        section = Struct(self._order + ("16s16sQQI28x" if wide else "16s16sIII24x"))
        if len(block) < head.size:
            return
        name, address, offset, size, rights, count = head.unpack_from(block)
        self.segments.append(Part(name=_name(name), address=address, offset=offset, size=size, rights=rights))
        for number in range(min(count, (len(block) - head.size) // section.size)):
            if len(self.sections) >= MOST_SECTIONS:
                return
            own, segment, place, length, at = section.unpack_from(block, head.size + number * section.size)
            shown = f"{_name(segment)},{_name(own)}"
            self.sections.append(Part(name=shown, address=place, offset=at, size=length))


def _name(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("ascii", "replace")
