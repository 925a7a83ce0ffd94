"""The superblock of EROFS, 1024 bytes behind the start."""

from struct import Struct

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.crc32c import crc32c
from pellucid.formats.span import Data, take, unpack

MAGIC = b"\xe2\xe1\xf5\xe0"
AT = 1024
LAYOUT = Struct("<4s2I2BHQq4I16s16sI3H2BIQ24x")
CHECKSUM_AT = 4
HAS_CHECKSUM = 1
PADDED_IN_FRONT, FRAGMENTS = 0x01, 0x20
KNOWN = 0x7F
NO_PACKED = 0
SLOT = 32


class Superblock(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes, places in blocks from the start; `packed` is the number of the inode that holds fragments."""

    bits: int
    features: int
    root: int
    inodes: int
    time: int
    blocks: int
    metadata: int
    uuid: bytes
    label: bytes
    devices: int
    packed: int

    @property
    def block_size(self) -> int:
        return 1 << self.bits

    @property
    def length(self) -> int:
        return self.blocks << self.bits

    def inode_at(self, number: int) -> int:
        """The offset of the inode `number`."""
        return (self.metadata << self.bits) + number * SLOT


def read(data: Data, start: int = 0) -> Superblock:
    """The superblock of the file system that begins at `start`, checked."""
    fields = unpack(LAYOUT, data, start + AT)
    magic, checksum, compatible, bits, _, root, inodes, time, _, blocks, metadata, _, uuid, label = fields[:14]
    features, _, devices, _, folder_bits, _, _, packed = fields[14:]
    if magic != MAGIC:
        raise Malformed("no EROFS magic")
    if not 9 <= bits <= 16 or folder_bits or not inodes or metadata >= max(blocks, 1):
        raise Malformed("the superblock of EROFS is impossible")
    if not AT + LAYOUT.size <= blocks << bits < 1 << 46:
        raise Malformed("the size of EROFS is impossible")
    if compatible & HAS_CHECKSUM and checksum != _checksum(data, start, 1 << bits):
        raise Malformed("the checksum of the superblock does not match")
    return Superblock(
        bits=bits,
        features=features,
        root=root,
        inodes=inodes,
        time=time,
        blocks=blocks,
        metadata=metadata,
        uuid=uuid,
        label=label.partition(b"\0")[0],
        devices=devices,
        packed=packed if features & FRAGMENTS else NO_PACKED,
    )


def check_features(superblock: Superblock) -> None:
    """Raise Unsupported for what changes the layout in ways that are not read here."""
    if superblock.features & ~KNOWN:
        raise Unsupported(f"EROFS with the features {superblock.features & ~KNOWN:#x} cannot be read")


def _checksum(data: Data, start: int, block_size: int) -> int:
    """CRC-32C of the rest of the superblock's block, its own field taken as zero, not inverted at the end."""
    size = block_size - AT if block_size > AT else block_size
    block = bytearray(take(data, start + AT, size))
    block[CHECKSUM_AT : CHECKSUM_AT + 4] = bytes(4)
    return crc32c(bytes(block)) ^ 0xFFFFFFFF
