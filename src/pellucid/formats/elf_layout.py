"""How far an ELF file reaches by its own tables (System V gABI, chapters 4 and 5), and what stands behind its end.

Only headers are read, so that this costs microseconds for the thousands of ELF files of an image.
"""

from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack

MAGIC = b"\x7fELF"
RELOCATABLE, EXECUTABLE, SHARED = 1, 2, 3
NO_BITS = 8
MOST_HEADERS = 70_000
LARGEST_NAMES = 1 << 20
EXTENDED = 0xFFFF
# Behind a signed module: algorithm, digest, kind, lengths of signer and key, padding, length; then this text.
SIGNED = b"~Module signature appended~\n"
SIGNATURE = Struct(">5B3xI")
MOST_SIGNATURE = 1 << 16


class Shape(msgspec.Struct, frozen=True):
    """Layouts of the class and byte order: the header's rest, a segment, a section as (type, offset, size, link)."""

    header: Struct
    segment: Struct
    section: Struct


def _shapes() -> dict[tuple[int, int], Shape]:
    return {
        (wide, order): Shape(
            header=Struct(mark + ("HHI3QI6H" if wide == 2 else "HHI3II6H")),
            segment=Struct(mark + ("8xQ16xQ16x" if wide == 2 else "4xI8xI12x")),
            section=Struct(mark + ("4xI16x2Q24x" if wide == 2 else "4xI8x2I16x")),
        )
        for wide in (1, 2)
        for order, mark in ((1, "<"), (2, ">"))
    }


SHAPES = _shapes()
IDENTIFICATION = 16


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """`end` is where the last table, section or segment ends; `names` is the table of the sections' names."""

    type: int
    machine: int
    end: int
    names: bytes

    @property
    def is_kernel(self) -> bool:
        """Whether it is a whole Linux kernel: modules are relocatable, programs export no kernel symbols."""
        return self.type in (EXECUTABLE, SHARED) and b"\0__ksymtab\0" in self.names


def read(data: Data, start: int = 0) -> Layout:
    """The tables of the ELF file at `start`; raises Malformed for impossible ones, Truncated for absent ones."""
    ident = take(data, start, IDENTIFICATION)
    shape = SHAPES.get((ident[4], ident[5]))
    if ident[:4] != MAGIC or not shape or ident[6] != 1:
        raise Malformed("no ELF header")
    fields = unpack(shape.header, data, start + IDENTIFICATION)
    (
        kind,
        machine,
        version,
        _,
        segments_at,
        sections_at,
        _,
        size,
        per_segment,
        segments,
        per_section,
        sections,
        names,
    ) = fields
    if version != 1 or size != IDENTIFICATION + shape.header.size:
        raise Malformed("an ELF header that no linker writes")
    if (segments and per_segment != shape.segment.size) or (sections_at and per_section != shape.section.size):
        raise Malformed("the tables of an ELF file have entries of an impossible size")
    if sections_at and not sections:
        _, _, sections = unpack(shape.section, data, start + sections_at)
    if max(segments, sections) > MOST_HEADERS:
        raise Malformed("an ELF file with too many sections")
    end = max(size, segments_at + segments * per_segment, sections_at + sections * per_section if sections_at else 0)
    for offset, length in shape.segment.iter_unpack(take(data, start + segments_at, segments * shape.segment.size)):
        end = max(end, offset + length)
    rows = _sections(shape, data, start + sections_at, sections) if sections_at else []
    end = max([end, *(offset + length for type_, offset, length in rows if type_ != NO_BITS)])
    text = b""
    if names < len(rows):
        _, offset, length = rows[names]
        text = data[start + offset : start + offset + min(length, LARGEST_NAMES)]
    return Layout(type=kind, machine=machine, end=end, names=text)


def _sections(shape: Shape, data: Data, at: int, count: int) -> list[tuple[int, int, int]]:
    """(type, offset, size) of each; the first one is always empty."""
    rows = list(shape.section.iter_unpack(take(data, at, count * shape.section.size)))
    if rows and (rows[0][0] or rows[0][1]):
        raise Malformed("an ELF file whose sections are not where its header says")
    return rows


def module_signature(data: Data) -> tuple[int, int]:
    """(offset, size) of the signature at the end of a kernel module; (0, 0) when there is none."""
    if data[-len(SIGNED) :] != SIGNED:
        return 0, 0
    at = len(data) - len(SIGNED) - SIGNATURE.size
    if at < 0:
        return 0, 0
    *_, size = unpack(SIGNATURE, data, at)
    return (at - size, size) if 0 < size <= min(at, MOST_SIGNATURE) else (0, 0)
