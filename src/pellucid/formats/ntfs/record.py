"""Records of the master file table: their fix-ups and attributes."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed

MAGIC = b"FILE"
HEAD = Struct("<4s2H8x4HI4xQ")
ATTRIBUTE = Struct("<2I2B3H")
RESIDENT, SPREAD = Struct("<IH"), Struct("<2Q2H4x3Q")
NAME = Struct("<Q56x2B")
IN_USE, FOLDER = 1, 2
STRIDE = 512
STANDARD, LIST, FILE_NAME, VOLUME_NAME, VOLUME_STATE, CONTENT, REPARSE = 0x10, 0x20, 0x30, 0x60, 0x70, 0x80, 0xC0
DOS_NAME = 2
NUMBER = (1 << 48) - 1


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """`value` of a resident one, else the packed `runs` from cluster `first`; sizes are those of the first part."""

    kind: int
    name: str
    flags: int
    resident: bool
    value: bytes
    first: int = 0
    unit: int = 0
    size: int = 0
    written: int = 0


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """`base` is the number of the record of which this one is a part, None for a file's first one."""

    sequence: int
    links: int
    flags: int
    base: int | None
    attributes: list[Attribute]


def in_use(raw: bytes) -> bool:
    """Whether the bytes look like a record of a file that is there."""
    return raw[:4] == MAGIC and bool(raw[22] & IN_USE)


def parse(raw: bytes) -> Record:
    """A record; raises Malformed when it is none, not in use or damaged."""
    if len(raw) < STRIDE or not in_use(raw):
        raise Malformed("a record of the file table is not in use")
    _, fix_at, fixes, sequence, links, at, flags, used, base = HEAD.unpack_from(raw)
    whole = _fixed(raw, fix_at, fixes)
    end = min(used, len(whole))
    return Record(
        sequence=sequence,
        links=links,
        flags=flags,
        base=base & NUMBER if base else None,
        attributes=list(_attributes(whole[:end], at)),
    )


def _fixed(raw: bytes, at: int, count: int) -> bytes:
    """The last two bytes of every 512 were replaced by a number, to show writes that stopped halfway."""
    if count != len(raw) // STRIDE + 1 or at + 2 * count > len(raw):
        raise Malformed("the fix-ups of a record are damaged")
    whole, mark = bytearray(raw), raw[at : at + 2]
    for index in range(1, count):
        place = index * STRIDE - 2
        if raw[place : place + 2] != mark:
            raise Malformed("a record was not written whole")
        whole[place : place + 2] = raw[at + 2 * index : at + 2 * index + 2]
    return bytes(whole)


def _attributes(raw: bytes, at: int) -> Iterator[Attribute]:
    while at + 8 <= len(raw) and raw[at : at + 4] != b"\xff\xff\xff\xff":
        length = int.from_bytes(raw[at + 4 : at + 8], "little")
        if length < 24 or at + length > len(raw):
            raise Malformed("an attribute of a record is damaged")
        yield _attribute(raw[at : at + length])
        at += length


def _attribute(raw: bytes) -> Attribute:
    kind, _, spread, name_size, name_at, flags, _ = ATTRIBUTE.unpack_from(raw)
    name = raw[name_at : name_at + 2 * name_size].decode("utf-16-le", "replace")
    if not spread:
        size, at = RESIDENT.unpack_from(raw, ATTRIBUTE.size)
        if at + size > len(raw):
            raise Malformed("an attribute of a record is damaged")
        value = raw[at : at + size]
        return Attribute(kind=kind, name=name, flags=flags, resident=True, value=value, size=size, written=size)
    if len(raw) < ATTRIBUTE.size + SPREAD.size:
        raise Malformed("an attribute of a record is damaged")
    first, _, at, unit, _, size, written = SPREAD.unpack_from(raw, ATTRIBUTE.size)
    return Attribute(
        kind=kind,
        name=name,
        flags=flags,
        resident=False,
        value=raw[at:],
        first=first,
        unit=unit & 0xFF,
        size=size,
        written=written,
    )


def names(record: Record) -> Iterator[tuple[int, int, bytes]]:
    """Number and sequence of the folder, and the name in it, for every name but short ones that stand for long."""
    for attribute in record.attributes:
        if attribute.kind == FILE_NAME and attribute.resident and len(attribute.value) >= NAME.size:
            parent, size, space = NAME.unpack_from(attribute.value)
            text = attribute.value[NAME.size : NAME.size + 2 * size]
            if space != DOS_NAME:
                yield parent & NUMBER, parent >> 48, text.decode("utf-16-le", "replace").encode()
