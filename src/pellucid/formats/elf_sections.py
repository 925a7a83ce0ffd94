"""Sections and notes of ELF files (System V gABI, chapters 4 and 5), read from the tables alone.

Nothing but headers and names is read: the thousands of ELF files of an image cost microseconds each.
"""

from collections.abc import Iterator
from functools import cache
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data, take, unpack

MAGIC = b"\x7fELF"
NOTES, NO_BITS, NOTE_SEGMENT = 7, 8, 4
MOST_SECTIONS, MOST_SEGMENTS = 70_000, 4096
LARGEST_NAMES, LONGEST_NAME, LARGEST_NOTES = 1 << 20, 256, 1 << 20
GNU_BUILD_ID = 3
MOST_NOTES = 1000


class _Shape(msgspec.Struct, frozen=True):
    header: Struct
    section: Struct
    segment: Struct
    word: Struct


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """`at` and `size` in the file; a section without bytes there has the size 0."""

    name: str
    type: int
    address: int
    at: int
    size: int


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """`owner` says whose note it is ("GNU", "FDO"); `at` is where its content stands."""

    owner: str
    type: int
    at: int
    content: bytes


@cache
def _shape(wide: int, order: int) -> _Shape:
    mark = "<" if order == 1 else ">"
    # Places of both tables, size and number of their entries, the section of names; then the parts of an entry.
    return _Shape(
        header=Struct(mark + ("16xQQ4x2x5H" if wide == 2 else "12xII4x2x5H")),
        section=Struct(mark + ("II8xQQQ24x" if wide == 2 else "II4xIII16x")),
        segment=Struct(mark + ("I4xQ16xQ16x" if wide == 2 else "II8xI12x")),
        word=Struct(mark + "III"),
    )


def sections(data: Data) -> tuple[Section, ...]:
    """All sections that have a place in the file, none when the table was taken away; raises Malformed."""
    shape = _of(data)
    _, at, _, _, size, count, names = unpack(shape.header, data, 16)
    if not at:
        return ()
    if size != shape.section.size:
        raise Malformed("sections of an impossible size")
    if not count:
        count = unpack(shape.section, data, at)[4]
    if count > MOST_SECTIONS:
        raise Malformed("an ELF file with too many sections")
    rows = list(shape.section.iter_unpack(take(data, at, count * size)))
    if names >= len(rows):
        raise Malformed("sections without names")
    text = data[rows[names][3] : rows[names][3] + min(rows[names][4], LARGEST_NAMES)]
    return tuple(
        Section(
            name=text[name : max(text.find(b"\0", name, name + LONGEST_NAME), name)].decode("ascii", "replace"),
            type=type_,
            address=address,
            at=place,
            size=0 if type_ == NO_BITS else length,
        )
        for name, type_, address, place, length in rows[1:]
    )


def section(data: Data, name: str) -> tuple[int, bytes]:
    """(offset, content) of the first section of that name, at most 16 MiB of it; (0, b"") when there is none."""
    for item in sections(data):
        if item.name == name and item.size:
            if item.at + item.size > len(data):
                raise Truncated(f"the section {name} lies behind the end of the file")
            return item.at, data[item.at : item.at + min(item.size, 16 << 20)]
    return 0, b""


def notes(data: Data) -> Iterator[Note]:
    """The notes in the segments of notes, or in the sections where there are no segments; raises Malformed."""
    shape = _of(data)
    at, _, size, count, *_ = unpack(shape.header, data, 16)
    if at and count and (size != shape.segment.size or count > MOST_SEGMENTS):
        raise Malformed("segments of an impossible size")
    places: list[tuple[int, int]] = []
    if at and count:
        rows = shape.segment.iter_unpack(take(data, at, count * size))
        places = [(place, length) for type_, place, length in rows if type_ == NOTE_SEGMENT]
    if not places:
        places = [(item.at, item.size) for item in sections(data) if item.type == NOTES]
    left = MOST_NOTES
    for place, length in dict.fromkeys(places):
        for note in _notes(shape, data, place, min(length, LARGEST_NOTES)):
            yield note
            left -= 1
            if not left:
                return


def _notes(shape: _Shape, data: Data, at: int, size: int) -> Iterator[Note]:
    """Names and contents are padded to four bytes, in the 64-bit files of all linkers that matter, too."""
    end = min(at + size, len(data))
    while at + shape.word.size <= end:
        named, length, type_ = shape.word.unpack_from(data, at)
        content = at + shape.word.size + (named + 3 & ~3)
        if content + length > end:
            return
        owner = data[at + shape.word.size : at + shape.word.size + named].rstrip(b"\0").decode("ascii", "replace")
        yield Note(owner=owner, type=type_, at=content, content=data[content : content + length])
        at = content + (length + 3 & ~3)


def _of(data: Data) -> _Shape:
    ident = take(data, 0, 16)
    if ident[:4] != MAGIC or ident[4] not in (1, 2) or ident[5] not in (1, 2):
        raise Malformed("no ELF header")
    return _shape(ident[4], ident[5])


def build_id(data: Data) -> str:
    """The linker's fingerprint of a program (NT_GNU_BUILD_ID), in hex; "" when it has none. Raises Malformed."""
    return next((note.content.hex() for note in notes(data) if note.owner == "GNU" and note.type == GNU_BUILD_ID), "")
