"""What a log of JFFS2 says in the end: of each name and each inode the latest version counts."""

from collections import defaultdict
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.jffs2.nodes import DIRENT, INODE, SUMMARY, XATTR, XATTR_REFERENCE, Log, Node, checksum
from pellucid.formats.span import Data, take, unpack

MOST_NODES = 800_000
MOST_KEPT_PROBLEMS = 101
DIRENT_FIELDS, INODE_FIELDS, XATTR_FIELDS, REFERENCE_FIELDS = (
    "12xIIIIBB2xII",
    "12xIIIHHIIIIIIIBBHII",
    "12xIIBBHII",
    "12xIIII",
)
PREFIXES = {1: b"user.", 2: b"security.", 3: b"system.posix_acl_access", 4: b"system.posix_acl_default", 5: b"trusted."}
WITHOUT_NAME = (3, 4)
DELETED = 1


class Inode(msgspec.Struct, frozen=True):
    """One node of an inode: what it says of the whole, and `unpacked` bytes from `offset` of the file."""

    version: int
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    offset: int
    packed: int
    unpacked: int
    compressor: int
    at: int
    """Where the packed bytes stand."""


class Image(msgspec.Struct):
    """A file system in memory, without the content of its files.

    `names`: for every folder the numbers of its entries. `inodes`: all nodes of each, in the order of the log;
    `latest`: the one of each that counts.
    `attributes`: name and value by number, `attributed`: the numbers of an inode's attributes.
    """

    order: str
    block: int = 0
    nodes: int = 0
    summaries: int = 0
    names: dict[int, dict[bytes, int]] = msgspec.field(default_factory=dict)
    inodes: dict[int, list[Inode]] = msgspec.field(default_factory=lambda: defaultdict(list))
    latest: dict[int, Inode] = msgspec.field(default_factory=dict)
    attributes: dict[int, tuple[bytes, bytes]] = msgspec.field(default_factory=dict)
    attributed: dict[int, list[int]] = msgspec.field(default_factory=lambda: defaultdict(list))
    problems: list[Malformed] = msgspec.field(default_factory=list)


class Reader:
    """Reads all nodes of one log into an Image; nodes with a wrong checksum become problems and do not count."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._log = Log(data)
        order = self._log.order
        self._dirent, self._inode = Struct(order + DIRENT_FIELDS), Struct(order + INODE_FIELDS)
        self._xattr, self._reference = Struct(order + XATTR_FIELDS), Struct(order + REFERENCE_FIELDS)
        self._entries: dict[tuple[int, bytes], tuple[int, int]] = {}
        self._attribute_versions: dict[int, int] = {}
        self._references: dict[tuple[int, int], int] = {}
        self._image = Image(order)

    def image(self) -> Image:
        """The whole file system."""
        read = {
            DIRENT: self._read_dirent,
            INODE: self._read_inode,
            XATTR: self._read_xattr,
            XATTR_REFERENCE: self._read_reference,
        }
        image = self._image
        for node in self._log:
            image.nodes += 1
            image.summaries += node.kind == SUMMARY
            if image.nodes > MOST_NODES:
                self._problem(Malformed(f"more than {MOST_NODES:,} nodes: the rest was not read"))
                break
            if node.live and node.kind in read:
                try:
                    read[node.kind](node)
                except Malformed as error:
                    self._problem(type(error)(f"node at 0x{node.at:x}: {error.message}"))
        for at, length in self._log.skipped:
            self._problem(Malformed(f"{length} bytes at 0x{at:x} are damaged: no nodes stand there"))
        image.block = self._log.block
        self._settle()
        return image

    def _problem(self, error: Malformed) -> None:
        if len(self._image.problems) < MOST_KEPT_PROBLEMS:
            self._image.problems.append(error)

    def _settle(self) -> None:
        """Leave out what was deleted."""
        for (folder, name), (_, number) in self._entries.items():
            if number:
                self._image.names.setdefault(folder, {})[name] = number
        for (number, attribute), sequence in self._references.items():
            if not sequence & DELETED and attribute in self._image.attributes:
                self._image.attributed[number].append(attribute)

    def _read_dirent(self, node: Node) -> None:
        parent, version, number, _, name_size, _, stated, stated_name = unpack(self._dirent, self._data, node.at)
        self._check(node.at, self._dirent.size - 8, stated, "its header")
        name = take(self._data, node.at + self._dirent.size, min(name_size, node.length - self._dirent.size))
        if checksum(name) != stated_name:
            raise Malformed("the checksum of its name differs")
        if version >= self._entries.get((parent, name), (0, 0))[0]:
            self._entries[parent, name] = version, number

    def _read_inode(self, node: Node) -> None:
        fields = unpack(self._inode, self._data, node.at)
        number, version, mode, uid, gid, size, _, mtime, _, offset, packed, plain, how, _, _, stated_data, stated = (
            fields
        )
        self._check(node.at, self._inode.size - 8, stated, "its header")
        at = node.at + self._inode.size
        if packed > node.length - self._inode.size:
            raise Malformed("its data is longer than the node")
        self._check(at, packed, stated_data, "its data")
        inode = Inode(version, mode, uid, gid, size, mtime, offset, packed, plain, how, at)
        self._image.inodes[number].append(inode)
        if number not in self._image.latest or version >= self._image.latest[number].version:
            self._image.latest[number] = inode

    def _read_xattr(self, node: Node) -> None:
        number, version, prefix, name_size, value_size, stated_data, stated = unpack(self._xattr, self._data, node.at)
        self._check(node.at, self._xattr.size - 4, stated, "its header")
        at = node.at + self._xattr.size
        self._check(at, name_size + 1 + value_size, stated_data, "its attribute")
        if version >= self._attribute_versions.get(number, 0):
            self._attribute_versions[number] = version
            name = b"" if prefix in WITHOUT_NAME else take(self._data, at, name_size)
            value = take(self._data, at + name_size + 1, value_size)
            self._image.attributes[number] = PREFIXES.get(prefix, b"") + name, value

    def _read_reference(self, node: Node) -> None:
        number, attribute, sequence, stated = unpack(self._reference, self._data, node.at)
        self._check(node.at, self._reference.size - 4, stated, "its header")
        key = number, attribute
        self._references[key] = max(sequence, self._references.get(key, 0))

    def _check(self, at: int, length: int, stated: int, what: str) -> None:
        if checksum(take(self._data, at, length)) != stated:
            raise Malformed(f"the checksum of {what} differs")
