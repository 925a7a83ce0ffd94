"""Metadata blocks, fragments and data blocks of squashfs, with what was unpacked lately kept at hand."""

from collections import OrderedDict
from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats.span import Chunk, Data, take, unpack
from pellucid.formats.squashfs.codec import Codec
from pellucid.formats.squashfs.superblock import METADATA_BLOCK, Superblock

STORED_METADATA = 1 << 15
STORED_DATA = 1 << 24
KEPT_METADATA = 512
KEPT_FRAGMENT_BYTES = 32 << 20
FRAGMENT_ENTRY = 16
FRAGMENTS_PER_BLOCK = METADATA_BLOCK // FRAGMENT_ENTRY


class Blocks:
    """Reads blocks of one file system by their position."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self.superblock = superblock
        self._data = data
        self._codec = Codec(superblock.compressor)
        self._metadata: OrderedDict[int, tuple[bytes, int]] = OrderedDict()
        self._fragments: OrderedDict[int, bytes] = OrderedDict()
        order = superblock.order
        self._short, self._quad = Struct(f"{order}H"), Struct(f"{order}Q")
        self._fragment = Struct(f"{order}QII")

    def metadata(self, position: int) -> tuple[bytes, int]:
        """The unpacked metadata block at `position`, and the position of the next one."""
        found = self._metadata.get(position)
        if found:
            self._metadata.move_to_end(position)
            return found
        (header,) = unpack(self._short, self._data, position)
        size = header & (STORED_METADATA - 1)
        if not 0 < size <= METADATA_BLOCK:
            raise Malformed(f"a metadata block at {position} has an impossible size")
        raw = take(self._data, position + 2, size)
        found = (raw if header & STORED_METADATA else self._codec(raw, METADATA_BLOCK), position + 2 + size)
        self._metadata[position] = found
        if len(self._metadata) > KEPT_METADATA:
            self._metadata.popitem(last=False)
        return found

    def indexed(self, table: int, number: int, size: int) -> bytes:
        """Entry `number`, of `size` bytes, of a table that is found through a list of its metadata blocks."""
        block, at = divmod(number * size, METADATA_BLOCK)
        (position,) = unpack(self._quad, self._data, table + 8 * block)
        return take(self.metadata(position)[0], at, size)

    def data(self, position: int, header: int) -> Chunk:
        """The data block at `position`, after its 32-bit size word."""
        size = header & (STORED_DATA - 1)
        if size > self.superblock.block_size:
            raise Malformed(f"a data block at {position} has an impossible size")
        raw = take(self._data, position, size)
        return raw if header & STORED_DATA else self._codec(raw, self.superblock.block_size)

    def fragment(self, number: int) -> bytes:
        """The unpacked fragment block `number`, which holds the ends of several files."""
        found = self._fragments.get(number)
        if found is not None:
            self._fragments.move_to_end(number)
            return found
        if number >= self.superblock.fragments:
            raise Malformed("a fragment is not in the table of fragments")
        entry = self.indexed(self.superblock.fragment_table, number, FRAGMENT_ENTRY)
        position, header, _ = self._fragment.unpack(entry)
        found = bytes(self.data(position, header))
        self._fragments[number] = found
        while len(self._fragments) * self.superblock.block_size > KEPT_FRAGMENT_BYTES:
            self._fragments.popitem(last=False)
        return found


class Cursor:
    """A place in a table of metadata blocks, moved by reading."""

    def __init__(self, blocks: Blocks, position: int, offset: int) -> None:
        self._blocks = blocks
        self._payload, self._next = blocks.metadata(position)
        self._at = offset

    def read(self, size: int) -> bytes:
        """The next `size` bytes, across blocks; raises Malformed at the end of what can be read."""
        found = self._payload[self._at : self._at + size]
        self._at += len(found)
        while len(found) < size:
            self._payload, self._next = self._blocks.metadata(self._next)
            self._at = min(size - len(found), len(self._payload))
            if not self._at:
                raise Malformed("an empty metadata block")
            found += self._payload[: self._at]
        return found
