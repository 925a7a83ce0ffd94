"""Romfs (kernel documentation, "ROMFS - ROM File System", and genromfs)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats import devices
from pellucid.formats.folders import Folder, explained, walk
from pellucid.formats.member import LONGEST_TARGET, Member, Members
from pellucid.formats.span import Data, padded, pieces, take, unpack

MAGIC = b"-rom1fs-"
HEADER = Struct(">8s2I")
ENTRY = Struct(">4I")
NAME_STEP = 16
LONGEST_NAME = 4096
CHECKED = 512
PADDING = 1024
KIND_BITS, EXECUTABLE, PLACE = 7, 8, ~15
LINK, FOLDER, FILE, SYMLINK = range(4)
KINDS = {
    FOLDER: EntryKind.DIRECTORY,
    FILE: EntryKind.FILE,
    SYMLINK: EntryKind.SYMLINK,
    4: EntryKind.BLOCK_DEVICE,
    5: EntryKind.CHARACTER_DEVICE,
    6: EntryKind.SOCKET,
    7: EntryKind.FIFO,
}
# The format keeps one bit of the mode; Linux shows these for the rest.
MODES = {FOLDER: 0o644, FILE: 0o644, SYMLINK: 0o777, 4: 0o600, 5: 0o600, 6: 0o644, 7: 0o644}


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """`root` is the offset of the first entry, `length` counts from the start of the file system."""

    label: bytes
    root: int
    length: int


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """An entry; `value` is a folder's first entry, a link's target or a device, `at` where its content begins."""

    kind: int
    executable: bool
    following: int
    value: int
    size: int
    name: bytes
    at: int


def read(data: Data, start: int = 0) -> Volume:
    """The header at `start`, checked with its sum; raises Malformed."""
    magic, size, _ = unpack(HEADER, data, start)
    if magic != MAGIC or size < HEADER.size + NAME_STEP:
        raise Malformed("no header of romfs")
    head = take(data, start, min(CHECKED, size) & ~3)
    if sum(word for (word,) in Struct(">I").iter_unpack(head)) & 0xFFFFFFFF:
        raise Malformed("the checksum of romfs does not match")
    label, root = _name(data, start + HEADER.size)
    return Volume(label=label, root=root - start, length=size)


def length(data: Data, start: int) -> int:
    """The bytes of the file system, and padding up to 1 KiB."""
    return padded(data, start, start + read(data, start).length, PADDING) - start


def members(data: Data, volume: Volume) -> Members:
    """Every entry, parents first. A hard link names the first entry that is met of the same file."""
    seen: set[int] = set()
    names: dict[int, bytes] = {}
    links: list[tuple[bytes, int]] = []

    def below(folder: Folder[bytes, int]) -> Iterator[Member | Folder[bytes, int]]:
        for at, node in _listing(data, folder.node, seen):
            path = folder.path + b"/" + node.name if folder.path else node.name
            if node.kind == LINK:
                links.append((path, node.value & PLACE))
                continue
            names[at] = path
            yield _member(data, path, node)
            if node.kind == FOLDER and node.value & PLACE:
                yield Folder(path, node.value & PLACE, node.value & PLACE)

    yield from walk(Folder(b"", volume.root, volume.root), below)
    yield from _links(names, links)


def _listing(data: Data, first: int, seen: set[int]) -> Iterator[tuple[int, Node]]:
    """The chain of a folder's entries, but for itself and its parent. `seen`: entries that were read before."""
    at = first
    while at:
        if at in seen:
            raise Malformed("an entry stands in more than one place")
        seen.add(at)
        node = _node(data, at)
        if node.name not in (b".", b".."):
            yield at, node
        at = node.following


def _links(names: dict[int, bytes], links: list[tuple[bytes, int]]) -> Members:
    for full, place in links:
        if place in names:
            yield Member(name=full, kind=EntryKind.HARDLINK, target=names[place])
        else:
            yield explained(full, Malformed("a hard link leads to no file"))


def _member(data: Data, path: bytes, node: Node) -> Member:
    kind = KINDS[node.kind]
    target = b""
    if kind is EntryKind.SYMLINK:
        if node.size > LONGEST_TARGET:
            raise Malformed("the target of a symbolic link is too long")
        target = take(data, node.at, node.size)
    return Member(
        name=path,
        kind=kind,
        chunks=pieces(data, node.at, node.size) if kind is EntryKind.FILE else (),
        target=target,
        mode=MODES[node.kind] | (0o111 if node.executable else 0),
        facts=devices.facts(kind, (node.value >> 16, node.value & 0xFFFF)),
    )


def _node(data: Data, at: int) -> Node:
    following, value, size, _ = unpack(ENTRY, data, at)
    name, content = _name(data, at + ENTRY.size)
    return Node(
        kind=following & KIND_BITS,
        executable=bool(following & EXECUTABLE),
        following=following & PLACE,
        value=value,
        size=size,
        name=name.replace(b"/", b"_"),
        at=content,
    )


def _name(data: Data, at: int) -> tuple[bytes, int]:
    """A name that ends with a zero byte, and the offset behind its padding."""
    raw = data[at : at + LONGEST_NAME]
    end = raw.find(b"\0")
    if end < 0:
        raise Malformed("a name of romfs does not end")
    return raw[:end], at + (end // NAME_STEP + 1) * NAME_STEP
