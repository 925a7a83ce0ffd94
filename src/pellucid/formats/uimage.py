"""The 64-byte header of U-Boot's legacy images (U-Boot, include/image.h), and what stands behind it."""

import tomllib
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, pieces, take, unpack

MAGIC = b"\x27\x05\x19\x56"
LAYOUT = Struct(">4s6I4B32s")
CHECKSUM = slice(4, 8)
MOST_PARTS = 64
MULTI, SCRIPT = "multi", "script"


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """`size` counts the bytes behind the header; `load` and `entry` are addresses, `time` seconds since 1970."""

    time: int
    size: int
    load: int
    entry: int
    checksum: int
    os: str
    architecture: str
    type: str
    compression: str
    name: str


def read(data: Data, start: int = 0) -> Header:
    """The header at `start`, with its checksum verified."""
    raw = take(data, start, LAYOUT.size)
    magic, stated, time, size, load, entry, checksum, os, architecture, kind, compression, name = LAYOUT.unpack(raw)
    if magic != MAGIC or stated != zlib.crc32(raw[:4] + bytes(4) + raw[8:]):
        raise Malformed("no uImage header")
    return Header(
        time=time,
        size=size,
        load=load,
        entry=entry,
        checksum=checksum,
        os=_named("os", os),
        architecture=_named("architecture", architecture),
        type=_named("type", kind),
        compression=_named("compression", compression),
        name=name.partition(b"\0")[0].decode("utf-8", "backslashreplace"),
    )


def sound(data: Data, header: Header) -> bool:
    """Whether the checksum of all bytes behind the header is right."""
    checksum = 0
    for piece in pieces(data, LAYOUT.size, min(header.size, len(data) - LAYOUT.size)):
        checksum = zlib.crc32(piece, checksum)
    return checksum == header.checksum


def parts(data: Data, header: Header) -> Iterator[tuple[int, int]]:
    """(offset, length) of each payload: one, or those that a multi-file image or a script lists in front."""
    if header.type not in (MULTI, SCRIPT):
        yield LAYOUT.size, header.size
        return
    sizes, at = list[int](), LAYOUT.size
    while True:
        (size,) = unpack(_SIZE, data, at)
        at += 4
        if not size:
            break
        sizes.append(size)
        if len(sizes) > MOST_PARTS:
            raise Malformed("a uImage of too many parts")
    for size in sizes:
        if at + size > LAYOUT.size + header.size:
            raise Malformed("a part of a uImage is longer than the image")
        yield at, size
        at += size + 3 & ~3


def _named(field: str, number: int) -> str:
    names = _names()[field]
    return names[number] if number < len(names) else str(number)


@cache
def _names() -> dict[str, list[str]]:
    text = Path(__file__).with_name("uimage_names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


_SIZE = Struct(">I")
