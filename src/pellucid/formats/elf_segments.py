"""Segments of ELF files and what their dynamic tags say (System V gABI, chapter 5): how a file wants to be loaded.

Only tables are read, so that this costs microseconds for the thousands of ELF files of an image.
"""

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack

MAGIC = b"\x7fELF"
MOST_SEGMENTS, MOST_TAGS = 1 << 12, 1 << 14
LONGEST_TEXT = 4096


class SegmentType(IntEnum):
    LOAD = 1
    DYNAMIC = 2
    INTERPRETER = 3
    TLS = 7
    GNU_STACK = 0x6474_E551
    GNU_RELRO = 0x6474_E552


class Tag(IntEnum):
    """Tags that say how a file is loaded; DT_FLAGS and DT_FLAGS_1 hold more of it."""

    PLT_RELOCATIONS_SIZE = 2
    PLT_GOT = 3
    STRINGS = 5
    RPATH = 15
    TEXT_RELOCATIONS = 22
    PLT_RELOCATIONS = 23
    BIND_NOW = 24
    RUNPATH = 29
    FLAGS = 30
    FLAGS_1 = 0x6FFF_FFFB


EXECUTE, WRITE = 1, 2


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A program header: `header` is where it stands itself, `offset` and `size` what it names of the file."""

    type: int
    flags: int
    offset: int
    address: int
    size: int
    memory: int
    header: int

    def holds(self, address: int) -> bool:
        """Whether an address lies in it, in memory."""
        return self.address <= address < self.address + self.memory


class Loading(msgspec.Struct, frozen=True, kw_only=True):
    """Segments in the order of the file; `tags` holds the first value of each dynamic tag."""

    segments: tuple[Segment, ...] = ()
    tags: Mapping[int, int] = msgspec.field(default_factory=dict)

    def first(self, type_: int) -> Segment | None:
        """The first segment of a type, which is the one that loaders take."""
        return next((item for item in self.segments if item.type == type_), None)

    def offset(self, address: int) -> int:
        """Where an address stands in the file; -1 when no segment has it."""
        for item in self.segments:
            if item.type == SegmentType.LOAD and item.address <= address < item.address + item.size:
                return address - item.address + item.offset
        return -1

    def text(self, data: Data, tag: int) -> tuple[int, bytes]:
        """(offset, text) of the name that a tag stands for, which may be empty; (-1, b"") when there is none."""
        if tag not in self.tags or Tag.STRINGS not in self.tags:
            return -1, b""
        strings = self.offset(self.tags[Tag.STRINGS])
        at = strings + self.tags[tag]
        if strings < 0 or at >= len(data):
            return -1, b""
        text, zero, _ = data[at : at + LONGEST_TEXT].partition(b"\0")
        return (at, text) if zero else (-1, b"")


class _Shape(msgspec.Struct, frozen=True):
    """Layouts: place, size and number of segments in the header; a segment; a dynamic tag."""

    header: Struct
    segment: Struct
    tag: Struct
    wide: bool


@cache
def _shape(wide: int, order: int) -> _Shape:
    mark = "<" if order == 1 else ">"
    if wide == 2:
        return _Shape(Struct(mark + "32xQ14x2H"), Struct(mark + "2I6Q"), Struct(mark + "2Q"), wide=True)
    return _Shape(Struct(mark + "28xI10x2H"), Struct(mark + "8I"), Struct(mark + "2I"), wide=False)


def read(data: Data) -> Loading:
    """Raises Malformed when the tables are not where the header says."""
    ident = take(data, 0, 16)
    if ident[:4] != MAGIC or ident[4] not in (1, 2) or ident[5] not in (1, 2):
        raise Malformed("no ELF header")
    shape = _shape(ident[4], ident[5])
    at, size, count = unpack(shape.header, data)
    if not at or not count:
        return Loading()
    if size != shape.segment.size or count > MOST_SEGMENTS:
        raise Malformed("segments of an impossible size")
    segments = tuple(
        _segment(shape, fields, at + number * size)
        for number, fields in enumerate(shape.segment.iter_unpack(take(data, at, count * size)))
    )
    place = next((item for item in segments if item.type == SegmentType.DYNAMIC), None)
    return Loading(segments=segments, tags=_tags(shape, data, place) if place else {})


def _segment(shape: _Shape, fields: tuple[int, ...], header: int) -> Segment:
    if shape.wide:
        type_, flags, offset, address, _, size, memory, _ = fields
    else:
        type_, offset, address, _, size, memory, flags, _ = fields
    return Segment(
        type=type_, flags=flags, offset=offset, address=address, size=size, memory=max(size, memory), header=header
    )


def _tags(shape: _Shape, data: Data, place: Segment) -> dict[int, int]:
    size = min(place.size, MOST_TAGS * shape.tag.size)
    found: dict[int, int] = {}
    for tag, value in shape.tag.iter_unpack(take(data, place.offset, size - size % shape.tag.size)):
        if not tag:
            break
        found.setdefault(tag, value)
    return found
