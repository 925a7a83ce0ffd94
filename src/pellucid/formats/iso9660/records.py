"""Folders of a disc: their records and the names in them (ECMA-119, chapter 9; Joliet, chapter 3)."""

from collections.abc import Iterator

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.iso9660.volume import SECTOR, seconds
from pellucid.formats.span import Data

FOLDER, ASSOCIATED, CONTINUES = 0x02, 0x04, 0x80
NAME_AT = 33
SELF, PARENT = b"\0", b"\1"
MOST_EXTENTS = 4096


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """An entry; `extents` are (block, bytes), several for large files, `area` what is left for extensions."""

    name: bytes
    flags: int
    extents: tuple[tuple[int, int], ...]
    mtime: int | None
    area: bytes

    @property
    def folder(self) -> bool:
        return bool(self.flags & FOLDER)

    @property
    def block(self) -> int:
        return self.extents[0][0]

    @property
    def size(self) -> int:
        return sum(size for _, size in self.extents)


def parse(raw: bytes) -> Record:
    """One record. Raises Malformed when its name does not fit."""
    if len(raw) < NAME_AT or NAME_AT + raw[32] > len(raw):
        raise Malformed("a record of a folder is too short")
    end = NAME_AT + raw[32]
    block = int.from_bytes(raw[2:6], "little") + raw[1]
    return Record(
        name=raw[NAME_AT:end],
        flags=raw[25],
        extents=((block, int.from_bytes(raw[10:14], "little")),),
        mtime=seconds(raw[18:25]),
        area=raw[end + (raw[32] + 1) % 2 :],
    )


def listing(data: Data, at: int, size: int) -> Iterator[Record]:
    """The records of a folder of `size` bytes at `at`, "." and ".." too; extents of one file are joined."""
    extents = list[tuple[int, int]]()
    for raw in _raw(data, at, size):
        record = parse(raw)
        extents += record.extents
        if record.flags & CONTINUES and not record.folder and len(extents) < MOST_EXTENTS:
            continue
        yield Record(name=record.name, flags=record.flags, extents=tuple(extents), mtime=record.mtime, area=record.area)
        extents.clear()
    if extents:
        raise Malformed("the last extent of a file is missing")


def plain_name(name: bytes) -> str:
    """A name without the version behind it and the dot of an empty extension."""
    return name.decode("ascii", "backslashreplace").partition(";")[0].rstrip(".") or "_"


def joliet_name(name: bytes) -> str:
    """A name of UCS-2, without the version."""
    return name.decode("utf-16-be", "backslashreplace").partition(";")[0] or "_"


def _raw(data: Data, at: int, size: int) -> Iterator[bytes]:
    """Raw records; none of them crosses the end of a sector, zeros fill it up."""
    for begin in range(at, at + size, SECTOR):
        sector = data[begin : min(begin + SECTOR, at + size)]
        if not sector:
            raise Truncated("a folder lies behind the end of the disc")
        position = 0
        while position < len(sector) and sector[position]:
            length = sector[position]
            yield sector[position : position + length]
            position += length
