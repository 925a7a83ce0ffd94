"""What UDF's descriptors have in common: tags, addresses, names, times (ECMA-167, parts 1, 3 and 4)."""

import calendar
from struct import Struct
from typing import NamedTuple

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take

TAG_SIZE = 16
ANCHOR, PARTITION, LOGICAL_VOLUME, TERMINATOR = 2, 5, 6, 8
FILE_SET, FILE_IDENTIFIER, MORE_EXTENTS, FILE_ENTRY, EXTENDED_FILE_ENTRY = 256, 257, 258, 261, 266
LONG = Struct("<IIH6x")
TIME = Struct("<Hh5B3x")
EXTENT_LENGTH = 0x3FFFFFFF


class Address(NamedTuple):
    """A block of a partition, by its number in the list of partitions of the logical volume; `length` in bytes."""

    length: int
    block: int
    partition: int


def tagged(data: Data, at: int, size: int, *kinds: int) -> bytes:
    """`size` bytes at `at`, which must begin with a sound tag of one of `kinds`."""
    raw = take(data, at, size)
    if tag_of(raw) not in kinds:
        raise Malformed(f"no descriptor {' or '.join(map(str, kinds))} of UDF at offset {at}")
    return raw


def tag_of(raw: bytes) -> int:
    """The kind that the tag in front of `raw` names; 0 when its checksum is wrong."""
    if len(raw) < TAG_SIZE or (sum(raw[:TAG_SIZE]) - raw[4]) & 0xFF != raw[4]:
        return 0
    return int.from_bytes(raw[:2], "little")


def long_address(raw: bytes, at: int) -> Address:
    """The address at `at` in `raw`, without the two bits that say whether it was recorded."""
    length, block, partition = LONG.unpack_from(raw, at)
    return Address(length & EXTENT_LENGTH, block, partition)


def text(raw: bytes) -> str:
    """A name in OSTA's compressed Unicode: its first byte says how wide the characters are."""
    if raw[:1] in (b"\x10", b"\xff"):
        return raw[1:].decode("utf-16-be", "backslashreplace")
    return raw[1:].decode("latin-1")


def fixed_text(raw: bytes) -> str:
    """A name in a field of fixed size, whose last byte is its length."""
    return text(raw[: raw[-1]]) if raw and raw[-1] else ""


def seconds(raw: bytes) -> int | None:
    """Seconds since 1970 of the twelve bytes of a timestamp; None for no date."""
    zone, year, month, day, hour, minute, second = TIME.unpack(raw)
    if not 1 <= month <= 12 or not 1 <= day <= 31 or not 1 <= year <= 9999:
        return None
    offset = (zone & 0xFFF) - (0x1000 if zone & 0x800 else 0)
    # -2047 minutes stand for a time zone that is not stated.
    minutes = offset if -1440 <= offset <= 1440 else 0
    return calendar.timegm((year, month, day, hour, minute, second)) - minutes * 60
