"""Android's sparse images, as fastboot flashes them (AOSP, system/core/libsparse/sparse_format.h)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import PIECE, Data, pieces, take, unpack
from pellucid.formats.virtual_disk import Extent

MAGIC = b"\x3a\xff\x26\xed"
HEADER = Struct("<4sHHHHIIII")
CHUNK = Struct("<HHII")
RAW, FILL, SKIP, CHECKSUM = 0xCAC1, 0xCAC2, 0xCAC3, 0xCAC4
LARGEST_BLOCK = 1 << 20


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """`block` in bytes, `blocks` of them when unpacked; chunks begin at `first`, each with `chunk_header` bytes."""

    version: str
    block: int
    blocks: int
    chunks: int
    first: int
    chunk_header: int


def read(data: Data, start: int = 0) -> Image:
    """The header at `start`, checked."""
    magic, major, minor, header, chunk, block, blocks, chunks, _ = unpack(HEADER, data, start)
    if magic != MAGIC or major != 1 or header < HEADER.size or not CHUNK.size <= chunk <= 1024 or header > 1024:
        raise Malformed("no header of a sparse image")
    if not 0 < block <= LARGEST_BLOCK or block % 4:
        raise Malformed("the blocks of a sparse image are impossible")
    return Image(
        version=f"{major}.{minor}",
        block=block,
        blocks=blocks,
        chunks=chunks,
        first=start + header,
        chunk_header=chunk,
    )


def chunks(data: Data, image: Image) -> Iterator[tuple[int, int, int, int]]:
    """(type, blocks, offset of the content, its size) of every chunk; raises Malformed where their chain breaks."""
    at = image.first
    for _ in range(image.chunks):
        kind, _, blocks, total = unpack(CHUNK, data, at)
        size = total - image.chunk_header
        expected = {RAW: blocks * image.block, FILL: 4, SKIP: 0, CHECKSUM: 4}.get(kind)
        if size != expected:
            raise Malformed(f"a chunk of a sparse image at offset {at} makes no sense")
        yield kind, blocks, at + image.chunk_header, size
        at += total


def length(data: Data, start: int = 0) -> int:
    """How many bytes the image at `start` takes; one that is cut off is said to be longer than the data."""
    image = read(data, start)
    end, blocks = image.first, 0
    try:
        for _, count, at, size in chunks(data, image):
            blocks += count
            end = at + size
    except Truncated:
        if end == image.first:
            raise
        return len(data) - start + 1
    if blocks > image.blocks:
        raise Malformed("the chunks of a sparse image have more blocks than it")
    return end - start


def extents(data: Data, image: Image) -> Iterator[Extent]:
    """What is stored, in order; what is not to be written on the device is left out."""
    position = 0
    for kind, blocks, at, size in chunks(data, image):
        total = blocks * image.block if kind != CHECKSUM else 0
        if kind == RAW:
            yield position, total, pieces(data, at, size)
        elif kind == FILL and total:
            pattern = take(data, at, size)
            if any(pattern):
                yield position, total, _repeated(pattern, total)
        position += total


def _repeated(pattern: bytes, total: int) -> Iterator[bytes]:
    piece = pattern * (min(total, PIECE) // len(pattern))
    for at in range(0, total, len(piece)):
        yield piece[: total - at]
