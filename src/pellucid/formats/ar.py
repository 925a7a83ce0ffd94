"""ar archives (no written standard; System V / GNU and BSD long names), and so .deb and old .ipk packages (deb(5))."""

from collections.abc import Iterator

import msgspec

from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Data, pieces, take

MAGIC, THIN_MAGIC = b"!<arch>\n", b"!<thin>\n"
HEADER_SIZE = 60
HEADER_END = b"`\n"
MOST_NAMES = 16 << 20
LONGEST_NAME = 4096
NAMES = b"//"
SYMBOLS = (b"/", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED", b"__.SYMDEF_64")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A header as it stands; `size` includes a BSD long name in front of the data.

    What is not `stored` lies in a file of its own, outside of the archive.
    """

    name: bytes
    mtime: int
    uid: int
    gid: int
    mode: int
    size: int
    data_at: int
    stored: bool

    @property
    def end(self) -> int:
        """Offset behind the data."""
        return self.data_at + self.size if self.stored else self.data_at

    @property
    def next_at(self) -> int:
        """Offset of the next header; data has an even length."""
        return self.end + (self.size & 1 if self.stored else 0)


def records(data: Data, start: int) -> Iterator[Record]:
    """Every header to the end of the data; Malformed at what is no header."""
    magic = data[start : start + len(MAGIC)]
    if magic not in (MAGIC, THIN_MAGIC):
        raise Malformed("no ar archive")
    at = start + len(MAGIC)
    while at < len(data):
        found = _record(data, at, thin=magic == THIN_MAGIC)
        yield found
        at = found.next_at


def length(data: Data, start: int) -> int:
    """The length of all members in a row; there is no end mark. At least one must be right."""
    at = start
    try:
        for found in records(data, start):
            at = found.next_at
            if found.end >= len(data):
                return found.end - start
    except Malformed:
        if at == start:
            raise
    if at == start:
        raise Malformed("an ar archive without members")
    return at - start


def members(data: Data, start: int = 0) -> Members:
    """Every member but the symbol tables; those of a thin archive are counted."""
    names, outside = b"", 0
    for found in records(data, start):
        try:
            if found.name == NAMES:
                names = take(data, found.data_at, min(found.size, MOST_NAMES))
            elif not found.stored:
                outside += 1
            elif found.name not in SYMBOLS:
                name, skipped = _full_name(data, found, names)
                if name not in SYMBOLS:
                    yield _member(data, found, name, skipped)
        except Malformed as error:
            yield error
    if outside:
        yield Unsupported(f"a thin archive: its {outside} members are files outside of it")


def _member(data: Data, found: Record, name: bytes, skipped: int) -> Member:
    return Member(
        name=name,
        chunks=pieces(data, found.data_at + skipped, found.size - skipped),
        mode=found.mode & 0o7777,
        uid=found.uid,
        gid=found.gid,
        mtime=found.mtime,
    )


def _record(data: Data, at: int, *, thin: bool) -> Record:
    header = data[at : at + HEADER_SIZE]
    if len(header) < HEADER_SIZE:
        raise Truncated("the header of a member is cut off")
    if header[58:] != HEADER_END:
        raise Malformed("no header of a member")
    name = header[:16].rstrip(b" ")
    return Record(
        name=name,
        mtime=_number(header[16:28]),
        uid=_owner(header[28:34]),
        gid=_owner(header[34:40]),
        mode=_number(header[40:48], 8),
        size=_number(header[48:58]),
        data_at=at + HEADER_SIZE,
        stored=not thin or name == NAMES or name in SYMBOLS,
    )


def _owner(text: bytes) -> int:
    """A number that does not fit is cut, and "nobody" may be negative: 0 for what is none."""
    return int(text) if text.strip(b" ").isdigit() else 0


def _full_name(data: Data, found: Record, names: bytes) -> tuple[bytes, int]:
    """The name, and how many bytes of the data it takes."""
    name = found.name
    if name.startswith(b"#1/"):
        size = _number(name[3:])
        if size > min(LONGEST_NAME, found.size):
            raise Malformed("a name is longer than its member")
        return take(data, found.data_at, size).rstrip(b"\0"), size
    if name[:1] == b"/" and name[1:].isdigit():
        at = _number(name[1:])
        end = names.find(b"\n", at, at + LONGEST_NAME)
        if end < 0:
            raise Malformed("a long name is not in the table of names")
        return names[at:end].removesuffix(b"/"), 0
    return name.removesuffix(b"/"), 0


def _number(text: bytes, base: int = 10) -> int:
    digits = text.strip(b" ")
    if not digits:
        return 0
    if not digits.isdigit():
        raise Malformed("a number in a header is not one")
    try:
        return int(digits, base)
    except ValueError:
        raise Malformed("a number in a header is not one") from None
