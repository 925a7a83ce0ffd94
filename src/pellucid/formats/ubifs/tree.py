"""The tree of a UBIFS: inodes, and files put together from blocks of 4 KiB."""

import stat
import zlib
from collections.abc import Iterator

import zstandard

from pellucid.errors import Encrypted, Malformed, Unsupported
from pellucid.formats import devices, xattr_facts
from pellucid.formats.flash_tree import FlashNode, FlashTree
from pellucid.formats.member import Members, kind_of
from pellucid.formats.packed_blocks import FAILURES, unlzo
from pellucid.formats.span import Chunk, Data, zeros
from pellucid.formats.ubifs.nodes import DATA, INODE, Node, Superblock, node, unpack
from pellucid.formats.ubifs.replay import Replay
from pellucid.formats.ubifs.state import BLOCK, DATA_FIELDS, INODE_FIELDS

ROOT = 1
ENCRYPTED_INODE = 0x40
LONGEST_DATA = 4096
_ZSTD = zstandard.ZstdDecompressor()


class Ubifs(FlashTree):
    """Every name and file of `volume`, which begins at the start of `data`."""

    def __init__(self, data: Data, volume: Superblock) -> None:
        self.replay = Replay(data, volume)
        self._state = self.replay.state
        self._data = data
        super().__init__(self._state.names, ROOT)

    def everything(self) -> Members:
        """What was damaged first, then all entries."""
        yield from self.replay.problems
        yield from super().everything()

    def inode(self, number: int) -> FlashNode:
        """The inode `number`."""
        found, fields = self._inode(number)
        mode = fields[11]
        kind = kind_of(mode)
        return FlashNode(
            kind=kind,
            size=max(fields[1], self._state.grown.get(number, 0)),
            mode=stat.S_IMODE(mode),
            uid=fields[9],
            gid=fields[10],
            mtime=fields[4],
            links=self.links(number),
            device=_device(_inline(found, fields)) if kind in devices.DEVICES else None,
            facts=xattr_facts.facts(self._attributes(number)),
            number=number,
        )

    def target(self, node: FlashNode) -> bytes:
        """What a symbolic link points to stands in its inode."""
        found, fields = self._inode(node.number)
        if fields[12] & ENCRYPTED_INODE:
            raise Encrypted("a link is encrypted")
        return _inline(found, fields)

    def content(self, node: FlashNode) -> Iterator[Chunk]:
        """The bytes of a file; zeros stand for blocks that cannot be read, which is said at the end."""
        if self._inode(node.number)[1][12] & ENCRYPTED_INODE:
            raise Encrypted
        failure: Malformed | None = None
        position = 0
        for block, at in sorted(self._state.blocks.get(node.number, {}).items()):
            if block * BLOCK >= node.size:
                break
            yield from zeros(block * BLOCK - position)
            wanted = min(BLOCK, node.size - block * BLOCK)
            try:
                plain = self._plain(at)[:wanted]
            except Malformed as error:
                failure = error
                plain = b""
            yield plain
            position = block * BLOCK + len(plain)
        yield from zeros(node.size - position)
        if failure:
            raise type(failure)(f"{failure.message}; zeros stand in its place")

    def _inode(self, number: int) -> tuple[Node, tuple[int, ...]]:
        at = self._state.inodes.get(number)
        if at is None:
            raise Malformed(f"inode {number} is not there")
        found = node(self._data, at)
        return found, unpack(INODE_FIELDS, found, INODE)

    def _attributes(self, number: int) -> Iterator[tuple[bytes, bytes]]:
        """Extended attributes are inodes with names of their own; one that is lost is left out."""
        for name, attribute in self._state.attributes.get(number, {}).items():
            try:
                yield name, _inline(*self._inode(attribute))
            except Malformed:
                continue

    def _plain(self, at: int) -> bytes:
        found = node(self._data, at)
        size, compressor, _ = unpack(DATA_FIELDS, found, DATA)
        if size > BLOCK:
            raise Malformed("a block is too large")
        plain = _unpacked(found.raw[DATA_FIELDS.size :], compressor, size)
        if len(plain) != size:
            raise Malformed("a block has the wrong length")
        return plain


def _unpacked(packed: bytes, compressor: int, size: int) -> bytes:
    try:
        match compressor:
            case 0:
                return packed[:size]
            case 1:
                return unlzo(packed, size)
            case 2:
                return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size or 1)
            case 3:
                return _ZSTD.stream_reader(packed).read(size)
            case _:
                raise Unsupported(f"compressor {compressor} of UBIFS is not known")
    except FAILURES as error:
        raise Malformed(f"a compressed block is damaged: {str(error)[:100]}") from None


def _inline(found: Node, fields: tuple[int, ...]) -> bytes:
    """The data that an inode holds itself."""
    raw = found.raw[INODE_FIELDS.size : INODE_FIELDS.size + min(fields[13], LONGEST_DATA)]
    if len(raw) < fields[13]:
        raise Malformed("the data of an inode is cut off")
    return raw


def _device(raw: bytes) -> devices.Number:
    return devices.wide(int.from_bytes(raw[:4], "little"))
