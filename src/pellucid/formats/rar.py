"""The blocks of RAR archives, walked by their headers to find where an archive ends.

Version 4 (1.5 to 4.x): the TechNote of RAR 4. Version 5: "RAR 5.0 archive format" of rarlab. What is packed in them
is not read here.
"""

import zlib
from collections.abc import Callable
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data, take, unpack

MAGIC4, MAGIC5 = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"
BLOCK4 = Struct("<HBHH")
MAIN4, FILE4, SERVICE4, END4 = 0x73, 0x74, 0x7A, 0x7B
KINDS4 = range(0x72, 0x7C)
HAS_DATA4, LARGE4, LOCKED4, VOLUME4, SOLID4 = 0x8000, 0x0100, 0x0080, 0x0001, 0x0008
FILE_LOCKED4, NEXT_VOLUME4 = 0x0004, 0x0001
MAIN5, FILE5, ENCRYPTION5, END5 = 1, 2, 4, 5
HAS_EXTRA5, HAS_DATA5 = 1, 2
VOLUME5, SOLID5, NEXT_VOLUME5 = 1, 4, 1
LARGEST_HEADER5 = 2 << 20
MOST_BLOCKS = 1 << 20


class Archive(msgspec.Struct, kw_only=True):
    """`end` is beyond the data when it is cut off.

    With `locked`, everything behind the first headers is encrypted, and nothing says where it ends: it is all the
    data of an archive that begins it, and only the headers of one inside other data.
    """

    version: int
    end: int
    solid: bool = False
    volume: bool = False
    locked: bool = False
    files: int = 0


def read(data: Data, start: int = 0) -> Archive:
    """Walk the archive at `start`. Raises Malformed when not even its main header is right."""
    for magic, version, step in ((MAGIC4, 4, _step4), (MAGIC5, 5, _step5)):
        if data[start : start + len(magic)] == magic:
            found = Archive(version=version, end=start + len(magic))
            _walk(data, found, step)
            if found.locked:
                # What follows cannot be told from what does not belong to it.
                found.end = found.end if start else len(data)
            return found
    raise Malformed("no RAR archive")


def _walk(data: Data, found: Archive, step: Callable[[Data, Archive], bool]) -> None:
    """Block by block, until one says that it is the last, or what follows is none."""
    for number in range(MOST_BLOCKS):
        at = found.end
        try:
            if step(data, found) or found.locked or found.end > len(data):
                return
        except Malformed as error:
            if not number:
                raise
            if isinstance(error, Truncated):
                found.end = len(data) + (0 if at >= len(data) else 1)
            return


def _step4(data: Data, found: Archive) -> bool:
    """Past one block; whether it is the last."""
    kind, flags, header = _block4(data, found.end)
    size = len(header)
    if flags & HAS_DATA4 or kind in (FILE4, SERVICE4):
        size += int.from_bytes(header[7:11], "little")
        if kind in (FILE4, SERVICE4) and flags & LARGE4:
            size += int.from_bytes(header[32:36], "little") << 32
    found.end += size
    if kind == MAIN4:
        found.solid, found.volume = bool(flags & SOLID4), bool(flags & VOLUME4)
        found.locked = bool(flags & LOCKED4)
    found.files += kind == FILE4
    return kind == END4


def _block4(data: Data, at: int) -> tuple[int, int, bytes]:
    checksum, kind, flags, size = unpack(BLOCK4, data, at)
    if kind not in KINDS4 or size < BLOCK4.size:
        raise Malformed("no block of a RAR archive")
    header = take(data, at, size)
    # Of old blocks of comments and the like the checksum covers only a part.
    if kind in (MAIN4, FILE4, SERVICE4, END4) and zlib.crc32(header[2:]) & 0xFFFF != checksum:
        raise Malformed("the checksum of a block of the RAR archive differs")
    return kind, flags, header


def _step5(data: Data, found: Archive) -> bool:
    """Past one block; whether it is the last."""
    kind, size, rest = _block5(data, found.end)
    found.end += size
    if kind == MAIN5:
        own, _ = _number(rest, 0)
        found.solid, found.volume = bool(own & SOLID5), bool(own & VOLUME5)
    found.locked = kind == ENCRYPTION5
    found.files += kind == FILE5
    return kind == END5


def _block5(data: Data, at: int) -> tuple[int, int, bytes]:
    """Kind, size with the data, and the fields that only this kind has."""
    checksum = int.from_bytes(take(data, at, 4), "little")
    head = data[at + 4 : at + 8]
    size, used = _number(head, 0)
    if not 0 < size <= LARGEST_HEADER5:
        raise Malformed("no block of a RAR archive")
    header = take(data, at + 4, used + size)
    if zlib.crc32(header) != checksum:
        raise Malformed("the checksum of a block of the RAR archive differs")
    kind, place = _number(header, used)
    flags, place = _number(header, place)
    if flags & HAS_EXTRA5:
        _, place = _number(header, place)
    content = 0
    if flags & HAS_DATA5:
        content, place = _number(header, place)
    return kind, 4 + used + size + content, header[place:]


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of 7 bits a byte, lowest first, and the offset behind it."""
    value = 0
    for place, byte in enumerate(data[at : at + 10]):
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return value, at + place + 1
    raise Malformed("a number in a header of the RAR archive does not end")
