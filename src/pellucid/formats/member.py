"""What stands in an archive or file system: the one shape that all such readers give."""

import stat
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats.span import Chunk

LONGEST_TARGET = 1 << 16
"""The bytes that the target of a symbolic link may have."""

KINDS = {
    stat.S_IFREG: EntryKind.FILE,
    stat.S_IFDIR: EntryKind.DIRECTORY,
    stat.S_IFLNK: EntryKind.SYMLINK,
    stat.S_IFBLK: EntryKind.BLOCK_DEVICE,
    stat.S_IFCHR: EntryKind.CHARACTER_DEVICE,
    stat.S_IFIFO: EntryKind.FIFO,
    stat.S_IFSOCK: EntryKind.SOCKET,
}


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. `chunks` are the bytes of a FILE, read as they are asked for; they may raise Malformed midway.

    `name` and `target` are as stated and unsafe. `mode` has permission bits only, `mtime` is seconds since 1970.
    `facts` are what else the container says of it, by camelCase names.
    """

    name: str | bytes
    kind: EntryKind = EntryKind.FILE
    chunks: Iterable[Chunk] = ()
    target: str | bytes = ""
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    mtime: int | None = None
    facts: Mapping[str, str] = msgspec.field(default_factory=dict)


Members = Iterator[Member | Malformed]
"""A Malformed that is yielded, not raised, says what could not be read; the rest follows."""


def kind_of(mode: int) -> EntryKind:
    """The kind that the type bits of a Unix `mode` name; raises Malformed for bits that name none."""
    kind = KINDS.get(stat.S_IFMT(mode))
    if kind is None:
        raise Malformed(f"mode {mode:o} names no kind of file")
    return kind
