"""What ELF files promise about all of their code: notes of properties (Linux Extensions to gABI, "Program Property";
x86-64 psABI, "Program Property"; ELF for the Arm 64-bit Architecture, "Program Property"), and for which system they
are (NT_GNU_ABI_TAG)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.formats import elf_sections
from pellucid.formats.span import Data

PROPERTIES, ABI_TAG = 5, 1
X86_FEATURES, AARCH64_FEATURES = 0xC000_0002, 0xC000_0000
IBT, SHADOW_STACK = 1, 2
BTI, PAC = 1, 2
MOST = 256
# Owners of notes with which systems mark the programs that are made for them.
SYSTEMS = frozenset(("GNU", "Android", "FreeBSD", "NetBSD", "OpenBSD", "uClibc"))


class Properties(msgspec.Struct, frozen=True, kw_only=True):
    """`values` are the properties of four bytes by their type, `at` where they stand; `system` whose program it is."""

    values: dict[int, int] = msgspec.field(default_factory=dict)
    at: dict[int, int] = msgspec.field(default_factory=dict)
    system: str = ""


def read(data: Data) -> Properties:
    """Raises Malformed when the tables of notes are not where the header says."""
    found = Properties()
    system = ""
    for note in elf_sections.notes(data):
        if note.type == ABI_TAG and note.owner in SYSTEMS:
            system = system or note.owner
        if note.owner == "GNU" and note.type == PROPERTIES:
            for kind, at, value in _properties(data, note.content):
                found.values.setdefault(kind, value)
                found.at.setdefault(kind, note.at + at)
    return Properties(values=found.values, at=found.at, system=system)


def _properties(data: Data, content: bytes) -> Iterator[tuple[int, int, int]]:
    """(type, offset, value) of those whose value has four bytes; each is padded to a word."""
    mark = "<" if data[5] == 1 else ">"
    head, number = Struct(mark + "2I"), Struct(mark + "I")
    word = 8 if data[4] == 2 else 4
    at = 0
    for _ in range(MOST):
        if at + head.size > len(content):
            return
        kind, size = head.unpack_from(content, at)
        if at + head.size + size > len(content):
            return
        if size == number.size:
            (value,) = number.unpack_from(content, at + head.size)
            yield kind, at, value
        at += head.size + size + -size % word
