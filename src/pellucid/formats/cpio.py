"""cpio archives: newc and crc (kernel documentation, "initramfs buffer format"), odc (POSIX.1-2001 pax), old binary.

The checksums of the crc form are not verified: summing bytes would take longer than all the rest.
"""

from collections.abc import Iterable, Iterator, Mapping
from struct import Struct

import msgspec

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed, Truncated
from pellucid.formats import devices
from pellucid.formats.folders import explained
from pellucid.formats.member import LONGEST_TARGET, Member, Members, kind_of
from pellucid.formats.span import Chunk, Data, padded, pieces, take

NEWC, CRC, ODC = b"070701", b"070702", b"070707"
BINARY_LITTLE, BINARY_BIG = b"\xc7\x71", b"\x71\xc7"
TRAILER = b"TRAILER!!!"
LONGEST_NAME = 1 << 16
MOST_WAITING = 1 << 16
SECTOR = 512
_NEWC = Struct(">13I")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of an entry. `inode` is the same for all names of one file, None when there is but one name."""

    name: bytes
    inode: tuple[int, ...] | None
    mode: int
    uid: int | None
    gid: int | None
    mtime: int
    size: int
    device: devices.Number
    facts: Mapping[str, str] = msgspec.field(default_factory=dict)


class Record(Header, frozen=True, kw_only=True):
    """A header; `next_at` is the offset of the following one."""

    data_at: int
    next_at: int


def record(data: Data, at: int) -> Record:
    """The header at `at`, in whichever of the four forms."""
    magic = data[at : at + 6]
    if magic in (NEWC, CRC):
        return _newc(data, at)
    if magic == ODC:
        return _odc(data, at)
    if magic[:2] in (BINARY_LITTLE, BINARY_BIG):
        return _binary(data, at, "<" if magic[:2] == BINARY_LITTLE else ">")
    if len(magic) < 6:
        raise Truncated("the archive ends without its trailer")
    raise Malformed("no cpio header")


def records(data: Data, start: int) -> Iterator[Record]:
    """Every header up to and with the trailer."""
    at = start
    while True:
        found = record(data, at)
        yield found
        if found.name == TRAILER:
            return
        at = found.next_at


def length(data: Data, start: int) -> int:
    """The length with the trailer and zero bytes up to a sector; a bad header ends it, but for the first.

    More than there is when the archive is cut off.
    """
    at = start
    try:
        for found in records(data, start):
            at = found.next_at
    except Truncated:
        if at == start:
            raise
        return max(at, len(data) + 1) - start
    except Malformed:
        if at == start:
            raise
        return at - start
    return padded(data, start, at, SECTOR) - start


def members(data: Data, start: int = 0) -> Members:
    """Every entry of an archive."""
    return told(
        (found, pieces(data, found.data_at, found.size)) for found in records(data, start) if found.name != TRAILER
    )


def told(entries: Iterable[tuple[Header, Iterable[Chunk]]]) -> Members:
    """Every entry with its bytes. Names of one file that come before its bytes (hard links) are given with them.

    When `entries` raises Malformed, what waits for its bytes is given before that is said.
    """
    waiting: dict[tuple[int, ...], list[Header]] = {}
    failure, held = None, 0
    try:
        for entry, content in entries:
            try:
                kind = kind_of(entry.mode)
                if kind is EntryKind.FILE and entry.inode and not entry.size and held < MOST_WAITING:
                    waiting.setdefault(entry.inode, []).append(entry)
                    held += 1
                    continue
                yield _content(entry, kind, content)
            except Malformed as error:
                yield explained(entry.name, error)
                continue
            if kind is EntryKind.FILE and entry.inode:
                yield from (_link(other, entry.name) for other in waiting.pop(entry.inode, ()))
    except Malformed as error:
        failure = error
    for first, *others in waiting.values():
        yield _content(first, EntryKind.FILE, ())
        yield from (_link(other, first.name) for other in others)
    if failure:
        yield failure


def _content(entry: Header, kind: EntryKind, content: Iterable[Chunk]) -> Member:
    if kind is not EntryKind.SYMLINK:
        return _member(entry, kind, chunks=content if kind is EntryKind.FILE else ())
    if entry.size > LONGEST_TARGET:
        raise Malformed("the target of a symbolic link is too long")
    return _member(entry, kind, target=b"".join(content).rstrip(b"\0"))


def _link(entry: Header, target: bytes) -> Member:
    return _member(entry, EntryKind.HARDLINK, target=target)


def _member(entry: Header, kind: EntryKind, *, target: bytes = b"", chunks: Iterable[Chunk] = ()) -> Member:
    return Member(
        name=entry.name,
        kind=kind,
        chunks=chunks,
        target=target,
        mode=entry.mode & 0o7777,
        uid=entry.uid,
        gid=entry.gid,
        mtime=entry.mtime,
        facts={**entry.facts, **devices.facts(kind, entry.device)},
    )


def _newc(data: Data, at: int) -> Record:
    try:
        raw = bytes.fromhex(take(data, at + 6, 104).decode("ascii"))
    except ValueError:
        raise Malformed("a number in a cpio header is not hexadecimal") from None
    if len(raw) != 52:
        raise Malformed("a number in a cpio header is not hexadecimal")
    ino, mode, uid, gid, links, mtime, size, major, minor, *device, name_size, _ = _NEWC.unpack(raw)
    name = _name(data, at + 110, name_size)
    data_at = at + (110 + name_size + 3 & ~3)
    return Record(
        name=name,
        inode=(major, minor, ino) if links > 1 else None,
        mode=mode,
        uid=uid,
        gid=gid,
        mtime=mtime,
        size=size,
        device=(device[0], device[1]),
        data_at=data_at,
        next_at=data_at + (size + 3 & ~3),
    )


def _odc(data: Data, at: int) -> Record:
    text = take(data, at + 6, 70)
    widths = (6, 6, 6, 6, 6, 6, 6, 11, 6, 11)
    numbers, position = [], 0
    for width in widths:
        digits = text[position : position + width]
        if not digits.isdigit() or b"8" in digits or b"9" in digits:
            raise Malformed("a number in a cpio header is not octal")
        numbers.append(int(digits, 8))
        position += width
    dev, ino, mode, uid, gid, links, device, mtime, name_size, size = numbers
    data_at = at + 76 + name_size
    return Record(
        name=_name(data, at + 76, name_size),
        inode=(dev, ino) if links > 1 else None,
        mode=mode,
        uid=uid,
        gid=gid,
        mtime=mtime,
        size=size,
        device=devices.wide(device),
        data_at=data_at,
        next_at=data_at + size,
    )


def _binary(data: Data, at: int, order: str) -> Record:
    """Of 16-bit words; numbers of two words have the high one first, whatever the byte order."""
    words = Struct(f"{order}13H").unpack(take(data, at, 26))
    _, dev, ino, mode, uid, gid, links, device, mtime_high, mtime_low, name_size, size_high, size_low = words
    data_at = at + 26 + name_size + (name_size & 1)
    size = size_high << 16 | size_low
    kind_of(mode) if name_size != len(TRAILER) + 1 else None
    return Record(
        name=_name(data, at + 26, name_size),
        inode=(dev, ino) if links > 1 else None,
        mode=mode,
        uid=uid,
        gid=gid,
        mtime=mtime_high << 16 | mtime_low,
        size=size,
        device=devices.narrow(device),
        data_at=data_at,
        next_at=data_at + size + (size & 1),
    )


def _name(data: Data, at: int, size: int) -> bytes:
    if not 0 < size <= LONGEST_NAME:
        raise Malformed("a name in a cpio header has an impossible length")
    name = take(data, at, size)
    if name[-1] or not name.strip(b"\0"):
        raise Malformed("a name in a cpio header does not end")
    return name.rstrip(b"\0")
