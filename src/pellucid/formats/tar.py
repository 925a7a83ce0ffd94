"""tar archives: v7, ustar and pax (POSIX.1-2017, "pax Interchange Format"), GNU extensions (GNU tar manual)."""

from collections.abc import Iterable, Iterator

import msgspec

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats import tar_sparse
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Chunk, Data, pieces, take

MAGIC = b"ustar"
MAGIC_AT = 257
BLOCK = 512
RECORD = 20 * BLOCK
EMPTY = bytes(BLOCK)
MOST_EXTENSION = 1 << 20
MOST_KEPT = 50_000
LARGEST_NUMBER = 1 << 62
KINDS = {
    b"1": EntryKind.HARDLINK,
    b"2": EntryKind.SYMLINK,
    b"3": EntryKind.CHARACTER_DEVICE,
    b"4": EntryKind.BLOCK_DEVICE,
    b"5": EntryKind.DIRECTORY,
    b"6": EntryKind.FIFO,
    b"D": EntryKind.DIRECTORY,
}
WITHOUT_ENTRY = (b"V", b"M", b"N")
EXTENSIONS = (b"x", b"g", b"X", b"L", b"K")
# What is used of a pax header: others are not kept, there may be any number of them.
USED = ("path", "linkpath", "size", "uid", "gid", "mtime", "GNU.sparse.name")
CONTINUED = b"M"
WITHOUT_DATA = (b"1", b"2", b"3", b"4", b"5", b"6")


class Record(msgspec.Struct):
    """A header, what extensions said about it, and where its data lies."""

    block: bytes
    data_at: int
    size: int
    type: bytes
    extended: dict[str, str] = msgspec.field(default_factory=dict)
    sparse: list[tuple[str, str]] = msgspec.field(default_factory=list)
    long_name: bytes = b""
    long_link: bytes = b""
    layout: tar_sparse.Layout | None = None

    @property
    def next_at(self) -> int:
        """Offset of the next header."""
        return self.data_at + -(-self.size // BLOCK) * BLOCK

    @property
    def name(self) -> str | bytes:
        """The full name, from wherever this kind of archive keeps it."""
        stated = self.extended.get("GNU.sparse.name") or self.extended.get("path") or self.long_name
        if stated:
            return stated
        name = _text(self.block[:100])
        if self.block[257:265] == b"ustar\x0000" and (prefix := _text(self.block[345:500])):
            return prefix + b"/" + name
        return name


# The headers that `length` has read last, and what ended them: for who takes the same archive apart, once.
_kept: list[tuple[Data, list[Record], Malformed | None]] = []


def number(field_bytes: bytes) -> int:
    """An octal number, or base 256 when the first bit is set; raises Malformed."""
    if field_bytes[0] & 0x80:
        value = int.from_bytes(field_bytes, "big") & ((1 << (8 * len(field_bytes) - 1)) - 1)
        if value > LARGEST_NUMBER:
            raise Malformed("a number in a tar header is too large")
        return value
    digits = field_bytes[:-1]
    try:
        if digits.isdigit():
            return int(digits if field_bytes[-1] in b"\0 " else field_bytes, 8)
        digits = field_bytes.partition(b"\0")[0].strip(b" ")
        return int(digits or b"0", 8) if not digits.startswith((b"-", b"+")) else 0
    except ValueError:
        raise Malformed("a number in a tar header is not octal") from None


def check(block: bytes) -> None:
    """Raise Malformed unless the checksum of a header is right, with bytes counted as unsigned or signed."""
    stated = number(block[148:156])
    rest = block[:148] + block[156:]
    total = sum(rest) + 8 * 0x20
    if stated != total and stated != total - 256 * sum(byte > 0x7F for byte in rest):
        raise Malformed("the checksum of a tar header differs")


def records(data: Data, start: int, end: int | None = None) -> Iterator[Record]:
    """Every header with its extensions, to the two empty blocks or `end`; Malformed at what is no header."""
    at, shared = start, dict[str, str]()
    end = len(data) if end is None else min(end, len(data))
    pending = Record(b"", 0, 0, b"")
    while at < end:
        block = data[at : min(at + BLOCK, end)]
        if block == EMPTY:
            if data[at + BLOCK : min(at + 2 * BLOCK, end)] in (EMPTY, b""):
                return
            at += BLOCK
            continue
        if len(block) < BLOCK:
            raise Truncated("a tar header is cut off")
        check(block)
        kind = block[156:157]
        record = Record(block, at + BLOCK, number(block[124:136]), kind)
        if kind in EXTENSIONS:
            _extend(data, record, pending, shared)
            at = record.next_at
            continue
        record.extended = shared | pending.extended if shared else pending.extended
        record.sparse, record.long_name, record.long_link = pending.sparse, pending.long_name, pending.long_link
        pending = Record(b"", 0, 0, b"")
        _resize(record)
        if kind == b"S":
            record.layout, record.data_at = tar_sparse.old_layout(data, block, record.data_at)
        yield record
        at = record.next_at


def members(data: Data, start: int = 0, end: int | None = None) -> Members:
    """Every entry."""
    for record in _walk(data, start, end):
        if record.type in WITHOUT_ENTRY:
            if record.type == CONTINUED:
                yield Unsupported(f"{_shown(record.name)}: it began in another volume of the archive")
            continue
        try:
            yield _member(data, record)
        except Malformed as error:
            yield error


def length(data: Data, start: int) -> int:
    """The length with the empty blocks at the end. The first header must be right; a later bad one is the end."""
    at = start
    ended = None
    walked: list[Record] = []
    try:
        for record in records(data, start):
            at = record.next_at
            if len(walked) <= MOST_KEPT:
                walked.append(record)
    except Malformed as error:
        if at == start:
            raise
        ended = error
    if start == 0 and len(walked) <= MOST_KEPT:
        _kept[:] = [(data, walked, ended)]
    if ended:
        return at - start
    if at == start:
        raise Malformed("no tar header")
    for alignment in (RECORD, BLOCK):
        end = min(start + -(-(at - start + 2 * BLOCK) // alignment) * alignment, len(data))
        if not any(data[at:end]):
            return end - start
    return at - start


def _walk(data: Data, start: int, end: int | None) -> Iterator[Record]:
    """As `records`; what `length` has just read is not read again."""
    if start == 0 and end is None and _kept and _kept[0][0] is data:
        _, walked, ended = _kept.pop()
        yield from walked
        if ended:
            raise ended
        return
    yield from records(data, start, end)


def _member(data: Data, record: Record) -> Member:
    extended, block = record.extended, record.block
    name = record.name
    kind = KINDS.get(record.type, EntryKind.FILE)
    if record.type in (b"\0", b"0") and name[-1:] in ("/", b"/"):
        kind = EntryKind.DIRECTORY
    chunks: Iterable[Chunk] = ()
    if kind is EntryKind.FILE:
        layout, used = record.layout, 0
        if record.sparse:
            layout, used = tar_sparse.pax_layout(data, record.sparse, record.data_at, record.size)
        at, size = record.data_at + used, record.size - used
        chunks = tar_sparse.filled(data, layout, at, size) if layout else pieces(data, at, size)
    return Member(
        name=name,
        kind=kind,
        chunks=chunks,
        target=extended.get("linkpath") or record.long_link or _text(block[157:257]),
        mode=number(block[100:108]) & 0o7777,
        uid=_decimal(extended.get("uid")) if "uid" in extended else number(block[108:116]),
        gid=_decimal(extended.get("gid")) if "gid" in extended else number(block[116:124]),
        mtime=_decimal(extended.get("mtime")) if "mtime" in extended else number(block[136:148]),
    )


def _extend(data: Data, record: Record, pending: Record, shared: dict[str, str]) -> None:
    """Take over what an extension header says about the entry that follows."""
    if record.size > MOST_EXTENSION:
        raise Malformed(f"an extension header of {record.size:,} bytes")
    body = take(data, record.data_at, record.size)
    if record.type == b"L":
        pending.long_name = _text(body)
    elif record.type == b"K":
        pending.long_link = _text(body)
    else:
        pairs = _pairs(body)
        known = (pair for pair in pairs if pair[0] in USED)
        (shared if record.type == b"g" else pending.extended).update(known)
        pending.sparse = [pair for pair in pairs if pair[0].startswith("GNU.sparse.")]


def _pairs(body: bytes) -> list[tuple[str, str]]:
    """The lines of a pax header, `LENGTH KEY=VALUE`."""
    found, at = [], 0
    while at < len(body) and body[at]:
        space = body.find(b" ", at, at + 20)
        try:
            size = int(body[at:space]) if space > 0 else 0
        except ValueError:
            size = 0
        line = body[space + 1 : at + size - 1]
        key, equals, value = line.partition(b"=")
        if size <= 0 or not equals:
            raise Malformed("a line of a pax header is damaged")
        found.append((_decoded(key), _decoded(value)))
        at += size
    return found


def _resize(record: Record) -> None:
    """The size of the data: links, devices and folders have none, whatever their header says."""
    if record.type in WITHOUT_DATA:
        record.size = 0
    elif "size" in record.extended:
        record.size = _decimal(record.extended["size"])
        if record.size < 0:
            raise Malformed("a pax header states a negative size")


def _decimal(text: str | None) -> int:
    try:
        value = int((text or "0").partition(".")[0])
    except ValueError:
        raise Malformed("a number in a pax header is not decimal") from None
    if abs(value) > LARGEST_NUMBER:
        raise Malformed("a number in a pax header is too large")
    return value


def _shown(name: str | bytes) -> str:
    return (name if isinstance(name, str) else name.decode("utf-8", "backslashreplace"))[:200]


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _text(field_bytes: bytes) -> bytes:
    return field_bytes.partition(b"\0")[0]
