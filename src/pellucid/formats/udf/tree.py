"""Files and folders of a UDF disc (ECMA-167, part 4, chapters 8 and 14)."""

from collections.abc import Iterator

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed, Unsupported
from pellucid.formats import devices
from pellucid.formats.folders import Folder, explained, walk
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Data
from pellucid.formats.udf import nodes
from pellucid.formats.udf.descriptors import FILE_IDENTIFIER, Address, long_address, tag_of, text
from pellucid.formats.udf.nodes import Node
from pellucid.formats.udf.volume import Volume, root_of

DELETED, PARENT = 4, 8
IDENTIFIER_SIZE = 38
LARGEST_FOLDER = 64 << 20
KINDS = {
    nodes.FOLDER: EntryKind.DIRECTORY,
    nodes.REGULAR: EntryKind.FILE,
    nodes.REAL_TIME: EntryKind.FILE,
    nodes.BLOCK_DEVICE: EntryKind.BLOCK_DEVICE,
    nodes.CHARACTER_DEVICE: EntryKind.CHARACTER_DEVICE,
    nodes.FIFO: EntryKind.FIFO,
    nodes.SOCKET: EntryKind.SOCKET,
    nodes.SYMLINK: EntryKind.SYMLINK,
}
UP, HERE, NAMED = 3, 4, 5


def members(data: Data, volume: Volume) -> Members:
    """Every file and folder that is not deleted; parents first. Raises Malformed without a root folder."""
    nodes.open_metadata(data, volume)
    root = root_of(data, volume)
    linked = dict[tuple[int, int], str]()

    def below(folder: Folder[str, Node]) -> Iterator[Member | Malformed | Folder[str, Node]]:
        for name, address in _listing(data, volume, folder.node):
            path = f"{folder.path}/{name}" if folder.path else name
            try:
                node = nodes.read(data, volume, address)
                yield _member(data, volume, path, node, linked.setdefault(address[1:], path))
            except Malformed as error:
                yield explained(path, error)
                continue
            if node.type == nodes.FOLDER:
                yield Folder(path, address[1:], node)

    yield from walk(Folder("", root[1:], nodes.read(data, volume, root)), below)


def _listing(data: Data, volume: Volume, node: Node) -> Iterator[tuple[str, Address]]:
    """(name, address) of what stands in a folder."""
    raw = b"".join(_limited(data, volume, node))
    at = 0
    while at + IDENTIFIER_SIZE <= len(raw):
        if tag_of(raw[at : at + 16]) != FILE_IDENTIFIER:
            raise Malformed("an entry of a folder is damaged")
        flags, size = raw[at + 18], raw[at + 19]
        begin = at + IDENTIFIER_SIZE + int.from_bytes(raw[at + 36 : at + 38], "little")
        if not flags & (DELETED | PARENT):
            yield text(raw[begin : begin + size]) or "_", long_address(raw, at + 20)
        at += begin + size - at + 3 & ~3


def _limited(data: Data, volume: Volume, node: Node) -> Iterator[bytes]:
    if node.size > min(LARGEST_FOLDER, len(data)):
        raise Malformed("a folder is larger than folders can be")
    for chunk in nodes.content(data, volume, node):
        yield bytes(chunk)


def _member(data: Data, volume: Volume, path: str, node: Node, first: str) -> Member:
    kind = KINDS.get(node.type)
    if kind is None:
        raise Unsupported(f"files of type {node.type} are not read")
    target = ""
    if kind is EntryKind.FILE and first != path:
        kind, target = EntryKind.HARDLINK, first
    elif kind is EntryKind.SYMLINK:
        target = _target(b"".join(_limited(data, volume, node)))
    return Member(
        name=path,
        kind=kind,
        chunks=nodes.content(data, volume, node) if kind is EntryKind.FILE else (),
        target=target,
        mode=node.mode,
        uid=node.uid,
        gid=node.gid,
        mtime=node.mtime,
        facts=devices.facts(kind, node.device),
    )


def _target(raw: bytes) -> str:
    """A path in components of their own kinds."""
    parts, at = list[str](), 0
    while at + 4 <= len(raw):
        kind, size = raw[at], raw[at + 1]
        name = text(raw[at + 4 : at + 4 + size]) if kind == NAMED else ""
        parts.append({UP: "..", HERE: "."}.get(kind, name))
        at += 4 + size
    return "/".join(parts) or ("/" if parts else "")
