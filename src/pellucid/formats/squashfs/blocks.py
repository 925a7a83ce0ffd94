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
# Position and size word of a fragment; before version 3 in 32 bits each, as is the list of the table's blocks.
FRAGMENT, FRAGMENT_2 = "QI4x", "2I"
POINTER, POINTER_2 = "Q", "I"


class Blocks:
    """Reads blocks of one file system by their position."""

    def __init__(self, data: Data, superblock: Superblock) -> None:
        self.superblock = superblock
        self.codec = Codec(superblock.compressor)
        self._data = data
        self._metadata: OrderedDict[int, tuple[bytes, int]] = OrderedDict()
        self._fragments: OrderedDict[int, bytes] = OrderedDict()
        order, narrow = superblock.order, superblock.version < 3
        self._short = Struct(f"{order}H")
        self._header = 3 if superblock.marked else 2
        self._pointer = Struct(order + (POINTER_2 if narrow else POINTER))
        self._fragment = Struct(order + (FRAGMENT_2 if narrow else FRAGMENT))

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
        begin = position + self._header
        raw = take(self._data, begin, size)
        found = (raw if header & STORED_METADATA else self.codec(raw, METADATA_BLOCK), begin + size)
        self._metadata[position] = found
        if len(self._metadata) > KEPT_METADATA:
            self._metadata.popitem(last=False)
        return found

    def indexed(self, table: int, number: int, size: int) -> bytes:
        """Entry `number`, of `size` bytes, of a table that is found through a list of its metadata blocks."""
        block, at = divmod(number * size, METADATA_BLOCK)
        (position,) = unpack(self._pointer, self._data, table + self._pointer.size * block)
        return take(self.metadata(position)[0], at, size)

    def numbers(self, table: int, count: int) -> list[int]:
        """`count` 32-bit numbers that are not compressed: owners before version 4."""
        raw = take(self._data, table, 4 * count)
        return list(Struct(f"{self.superblock.order}{count}I").unpack(raw))

    def data(self, position: int, header: int, most: int) -> Chunk:
        """Up to `most` bytes of the data block at `position`, after its 32-bit size word."""
        size = header & (STORED_DATA - 1)
        if size > self.superblock.block_size:
            raise Malformed(f"a data block at {position} has an impossible size")
        raw = take(self._data, position, size)
        return raw if header & STORED_DATA else self.codec(raw, most)

    def fragment(self, number: int) -> bytes:
        """The unpacked fragment block `number`, which holds the ends of several files."""
        found = self._fragments.get(number)
        if found is not None:
            self._fragments.move_to_end(number)
            return found
        if number >= self.superblock.fragments:
            raise Malformed("a fragment is not in the table of fragments")
        entry = self.indexed(self.superblock.fragment_table, number, self._fragment.size)
        position, header = self._fragment.unpack(entry)
        found = bytes(self.data(position, header, self.superblock.block_size))
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
