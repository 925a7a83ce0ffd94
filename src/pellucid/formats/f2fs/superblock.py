"""The superblock of F2FS."""

from functools import partial

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.span import Data, take

AT, SIZE = 1024, 3072
MAGIC = b"\x10\x20\xf5\xf2"
FLEXIBLE_ATTRIBUTES = 0x40
KNOWN = 0xFFFFF
LABEL_AT, LABEL_SIZE = 124, 1024
DEVICES_AT, DEVICE_SIZE = 2201, 68


class Superblock(msgspec.Struct, frozen=True, kw_only=True):
    """`block` is a size in bytes, places are numbers of blocks, a segment has `segment` blocks."""

    block: int
    blocks: int
    segment: int
    checkpoints: int
    table: int
    table_segments: int
    main: int
    root: int
    payload: int
    features: int
    label: str
    uuid: bytes

    @property
    def length(self) -> int:
        """Bytes of the whole file system."""
        return self.blocks * self.block


def read(data: Data, start: int = 0) -> Superblock:
    """The superblock of the file system that begins at `start`, checked."""
    head = take(data, start + AT, SIZE)
    word = partial(_word, head)
    sector, per_block, block, per_segment = word(8), word(12), word(16), word(20)
    if (
        head[:4] != MAGIC
        or block not in (12, 13, 14, 15, 16)
        or not 0 < per_segment <= 9
        or sector + per_block != block
    ):
        raise Malformed("no superblock of F2FS")
    found = Superblock(
        block=1 << block,
        blocks=word(36, 8),
        segment=1 << per_segment,
        checkpoints=word(76),
        table=word(84),
        table_segments=word(60),
        main=word(92),
        root=word(96),
        payload=word(1664),
        features=word(2180),
        label=head[LABEL_AT : LABEL_AT + LABEL_SIZE].decode("utf-16-le", "replace").partition("\0")[0],
        uuid=head[108:124],
    )
    first, sit, ssa = word(72), word(80), word(88)
    if not 0 < first <= found.checkpoints < sit < found.table < ssa < found.main < found.blocks <= 1 << 32:
        raise Malformed("the areas of F2FS are impossible")
    if found.checkpoints + word(52) * found.segment != sit or found.table + found.table_segments * found.segment != ssa:
        raise Malformed("the areas of F2FS are impossible")
    if word(100) != 1 or word(104) != 2 or found.root != 3:
        raise Malformed("the first inodes of F2FS are impossible")
    if head[DEVICES_AT + DEVICE_SIZE]:
        raise Unsupported("F2FS on several devices")
    if found.features & ~KNOWN:
        raise Unsupported(f"F2FS with the unknown features {found.features & ~KNOWN:#x}")
    return found


def _word(head: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(head[at : at + size], "little")
