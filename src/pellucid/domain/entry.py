"""Entries: what a container says about the things inside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class EntryKind(StrEnum):
    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    HARDLINK = "hardlink"
    BLOCK_DEVICE = "blockDevice"
    CHARACTER_DEVICE = "characterDevice"
    FIFO = "fifo"
    SOCKET = "socket"


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What a container states of an entry beside its name; untrusted.

    `mode` holds permission bits including set-id bits, `mtime` seconds since 1970, `target` what a link points to.
    `facts` are what else its container says of it: a partition's type, the layer it came with, a module's GUID.
    """

    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    mtime: int | None = None
    target: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Entry(Stated):
    """One entry, as stated by its container and therefore untrusted.

    `name` is relative, without "..", separated by "/"; only a FILE has bytes: `size` of them from the
    offset `stored` of all that came out of the container, or `inside` the container itself from that offset.
    """

    name: str
    kind: EntryKind = EntryKind.FILE
    size: int = 0
    stored: int = -1
    inside: bool = False
