"""lzop files (no written standard; the header as lzop 1.04 writes it): members with names, in checksummed blocks."""

import zlib
from collections.abc import Callable, Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats.member import Member, Members
from pellucid.formats.packed_blocks import FAILURES, unlzo
from pellucid.formats.span import Data, take, unpack

MAGIC = b"\x89LZO\0\r\n\x1a\n"
LENGTH = Struct(">I")
OLDEST, WITH_LEVEL, NEWEST_NEEDED = 0x0900, 0x0940, 0x1040
LARGEST_BLOCK = 64 << 20
MOST_MEMBERS = 1 << 16
MOST_BLOCKS = 1 << 22
ADLER_UNPACKED, ADLER_PACKED, EXTRA_FIELD = 0x1, 0x2, 0x40
CRC_UNPACKED, CRC_PACKED, FILTERED, CRC_HEADER = 0x100, 0x200, 0x800, 0x1000
Checksum = Callable[[bytes], int]


def _adler(content: bytes) -> int:
    return zlib.adler32(content)


def _crc(content: bytes) -> int:
    return zlib.crc32(content)


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """A member's header; `data_at` is the offset of its first block. `level` is 0 in very old files."""

    name: bytes
    mode: int
    mtime: int
    method: int
    level: int
    flags: int
    data_at: int

    @property
    def checks(self) -> tuple[list[Checksum], list[Checksum]]:
        """The checksums of a block: those of the unpacked and those of the packed bytes, in the order they stand."""
        unpacked, packed = (
            ((ADLER_UNPACKED, _adler), (CRC_UNPACKED, _crc)),
            ((ADLER_PACKED, _adler), (CRC_PACKED, _crc)),
        )
        return (
            [check for flag, check in unpacked if self.flags & flag],
            [check for flag, check in packed if self.flags & flag],
        )


class _Block(msgspec.Struct, frozen=True, kw_only=True):
    """`size` unpacked, `packed` as stored; equal when it is not compressed."""

    size: int
    packed: int
    stated: tuple[int, ...]
    at: int


class _Fields:
    """Reads the header's numbers one after the other."""

    def __init__(self, data: Data, at: int) -> None:
        self.data, self.at = data, at

    def number(self, size: int) -> int:
        self.at += size
        return int.from_bytes(take(self.data, self.at - size, size), "big")


def header(data: Data, start: int) -> Header:
    """The header of the member at `start`, its checksum verified."""
    if data[start : start + len(MAGIC)] != MAGIC:
        raise Malformed("no lzop header")
    fields = _Fields(data, start + len(MAGIC))
    version, _ = fields.number(2), fields.number(2)
    if version < OLDEST:
        raise Unsupported(f"version {version:x} of lzop is too old")
    newer = version >= WITH_LEVEL
    if newer and fields.number(2) > NEWEST_NEEDED:
        raise Unsupported("a newer version of lzop is needed")
    method, level, flags = fields.number(1), fields.number(1) if newer else 0, fields.number(4)
    if flags & FILTERED:
        fields.number(4)
    mode, mtime, high = fields.number(4), fields.number(4), fields.number(4) if newer else 0
    name_size = fields.number(1)
    name = take(data, fields.at, name_size)
    fields.at += name_size
    _verify(data, start + len(MAGIC), fields, flags)
    if flags & EXTRA_FIELD:
        begin, size = fields.at, fields.number(4)
        take(data, fields.at, size)
        fields.at += size
        _verify(data, begin, fields, flags)
    return Header(
        name=name,
        mode=mode,
        mtime=high << 32 | mtime,
        method=method,
        level=level,
        flags=flags,
        data_at=fields.at,
    )


def _verify(data: Data, begin: int, fields: _Fields, flags: int) -> None:
    check = _crc if flags & CRC_HEADER else _adler
    computed = check(data[begin : fields.at])
    if fields.number(4) != computed:
        raise Malformed("the checksum of an lzop header differs")


def _blocks(data: Data, found: Header) -> Iterator[_Block]:
    """The blocks of a member; the last one is of no bytes and stands at its end mark."""
    unpacked, packed = found.checks
    at = found.data_at
    for _ in range(MOST_BLOCKS):
        (size,) = unpack(LENGTH, data, at)
        if not size:
            yield _Block(size=0, packed=0, stated=(), at=at + 4)
            return
        (stored,) = unpack(LENGTH, data, at + 4)
        if not 0 < stored <= size <= LARGEST_BLOCK:
            raise Malformed("a block of an lzop file has an impossible length")
        count = len(unpacked) + (len(packed) if stored < size else 0)
        stated = unpack(Struct(f">{count}I"), data, at + 8)
        begin = at + 8 + 4 * count
        yield _Block(size=size, packed=stored, stated=stated, at=begin)
        at = begin + stored
    raise Unsupported(f"more than {MOST_BLOCKS:,} blocks in a member")


def length(data: Data, start: int) -> int:
    """The length of all members in a row; more than there is when the last one is cut off."""
    at = start
    for _ in range(MOST_MEMBERS):
        if at > start and data[at : at + len(MAGIC)] != MAGIC:
            break
        try:
            at = _end(data, header(data, at))
        except Truncated:
            if at == start and len(data) - start < 1024:
                raise
            return len(data) + 1 - start
        except Malformed:
            if at == start:
                raise
            break
    return at - start


def _end(data: Data, found: Header) -> int:
    return max(block.at + block.packed for block in _blocks(data, found))


def members(data: Data, start: int = 0) -> Members:
    """Every member as a file; one without a name is "content"."""
    at, number = start, 0
    while data[at : at + len(MAGIC)] == MAGIC and number < MOST_MEMBERS:
        found = header(data, at)
        yield Member(
            name=found.name or "content",
            chunks=_unpacked(data, found),
            mode=found.mode & 0o7777 or None,
            mtime=found.mtime or None,
        )
        at, number = _end(data, found), number + 1


def _unpacked(data: Data, found: Header) -> Iterator[bytes]:
    if found.flags & FILTERED:
        raise Unsupported("its content went through a filter")
    unpacked, packed = found.checks
    for block in _blocks(data, found):
        if not block.size:
            return
        stored = content = take(data, block.at, block.packed)
        checks: list[tuple[Checksum, bool]] = [(check, False) for check in unpacked]
        if block.packed < block.size:
            checks += [(check, True) for check in packed]
            try:
                content = unlzo(stored, block.size)
            except FAILURES as error:
                raise Malformed(f"a compressed block is damaged: {str(error)[:100]}") from None
        if len(content) != block.size:
            raise Malformed("a block does not unpack to its size")
        yield content
        for (check, of_packed), stated in zip(checks, block.stated, strict=True):
            if check(stored if of_packed else content) != stated:
                raise Malformed("the checksum of a block differs")
