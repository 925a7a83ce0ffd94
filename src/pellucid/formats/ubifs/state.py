"""What a UBIFS holds: nodes applied in the order in which they were written, first those of the index, then the log."""

from collections import defaultdict
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.ubifs.index import key_of
from pellucid.formats.ubifs.nodes import ATTRIBUTE, DATA, ENTRY, HEADER, INODE, TRUNCATION, Node, unpack

BLOCK = 4096
KEY_AT = HEADER.size
INODE_FIELDS = Struct("<24x16xQQQQqIIIIIIIIIII4xIH26x")
ENTRY_FIELDS = Struct("<24x16xQBBHI")
DATA_FIELDS = Struct("<24x16xIHH")
TRUNCATION_FIELDS = Struct("<24xI12xQQ")
BLOCK_NUMBER = (1 << 29) - 1
LONGEST_NAME = 255


class State(msgspec.Struct):
    """By numbers of inodes: where their node stands, their blocks, names and attributes; `grown` past their size."""

    inodes: dict[int, int] = msgspec.field(default_factory=dict)
    blocks: dict[int, dict[int, int]] = msgspec.field(default_factory=lambda: defaultdict(dict))
    names: dict[int, dict[bytes, int]] = msgspec.field(default_factory=lambda: defaultdict(dict))
    attributes: dict[int, dict[bytes, int]] = msgspec.field(default_factory=lambda: defaultdict(dict))
    grown: dict[int, int] = msgspec.field(default_factory=dict)

    def leaf(self, key: int, at: int) -> bool:
        """Apply a leaf of the index by its key alone; False for names, whose node must be read."""
        number, kind = key >> 32, key >> 29 & 7
        if kind == INODE:
            self.inodes[number] = at
        elif kind == DATA:
            self.blocks[number][key & BLOCK_NUMBER] = at
        else:
            return False
        return True

    def apply(self, found: Node, at: int) -> None:
        """Apply a node: an inode without links and a name without an inode say that they were deleted."""
        if found.type == INODE:
            self._inode(found, at)
        elif found.type == DATA:
            size, _, _ = unpack(DATA_FIELDS, found, DATA)
            key = key_of(found.raw, KEY_AT)
            number, block = key >> 32, key & BLOCK_NUMBER
            self.blocks[number][block] = at
            self.grown[number] = max(self.grown.get(number, 0), block * BLOCK + min(size, BLOCK))
        elif found.type in (ENTRY, ATTRIBUTE):
            self._entry(found)
        elif found.type == TRUNCATION:
            number, _, size = unpack(TRUNCATION_FIELDS, found, TRUNCATION)
            below = self.blocks.get(number, {})
            for block in [block for block in below if block * BLOCK >= size]:
                del below[block]
            self.grown.pop(number, None)

    def _inode(self, found: Node, at: int) -> None:
        links = unpack(INODE_FIELDS, found, INODE)[8]
        number = key_of(found.raw, KEY_AT) >> 32
        self.grown.pop(number, None)
        if links:
            self.inodes[number] = at
        else:
            for table in (self.inodes, self.blocks, self.names, self.attributes):
                table.pop(number, None)

    def _entry(self, found: Node) -> None:
        number, _, _, length, _ = unpack(ENTRY_FIELDS, found, found.type)
        name = found.raw[ENTRY_FIELDS.size : ENTRY_FIELDS.size + length]
        if not 0 < length <= LONGEST_NAME or len(name) < length:
            raise Malformed("a name has the wrong length")
        table = self.names if found.type == ENTRY else self.attributes
        folder = key_of(found.raw, KEY_AT) >> 32
        if number:
            table[folder][name] = number
        elif folder in table:
            table[folder].pop(name, None)
