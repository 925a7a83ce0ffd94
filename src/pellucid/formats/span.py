"""Bounded access to untrusted bytes: a slice is whole or refused, long runs come in pieces."""

from collections.abc import Iterator
from mmap import MADV_DONTNEED, PAGESIZE, mmap
from struct import Struct
from typing import Any

from pellucid.errors import Truncated

Data = bytes | mmap
"""Bytes under reading; may be a file mapping larger than memory."""

Chunk = bytes | memoryview
PIECE = 1 << 20
_ZEROS = memoryview(bytes(PIECE))


def take(data: Data, offset: int, length: int) -> bytes:
    """Exactly `length` bytes from `offset`; raises Truncated when they are not all there."""
    if offset < 0 or length < 0 or offset + length > len(data):
        raise Truncated(f"{length} bytes at offset {offset} lie outside the {len(data)} that there are")
    return data[offset : offset + length]


def unpack(layout: Struct, data: Data, offset: int = 0) -> tuple[Any, ...]:
    """The fields of `layout` at `offset`; raises Truncated when they are not all there."""
    if offset < 0 or offset + layout.size > len(data):
        raise Truncated(f"a header of {layout.size} bytes at offset {offset} is cut off")
    return layout.unpack_from(data, offset)


def pieces(data: Data, offset: int, length: int) -> Iterator[bytes]:
    """`length` bytes from `offset` in pieces of up to 1 MiB; Truncated after the last byte that is there."""
    if offset < 0 or length < 0:
        raise Truncated(f"{length} bytes at offset {offset} lie outside the data")
    end = min(offset + length, len(data))
    for at in range(offset, end, PIECE):
        yield data[at : min(at + PIECE, end)]
    if offset + length > len(data):
        raise Truncated(f"{offset + length - max(end, offset)} bytes are missing at the end")


def zeros(length: int) -> Iterator[memoryview]:
    """`length` zero bytes, as views of one shared buffer."""
    whole, rest = divmod(length, PIECE)
    for _ in range(whole):
        yield _ZEROS
    if rest:
        yield _ZEROS[:rest]


def is_hole(chunk: Chunk) -> bool:
    """Whether `chunk` came from `zeros`: it need not be written to be read back."""
    return isinstance(chunk, memoryview) and chunk.obj is _ZEROS.obj


def let_go(data: Data, start: int, end: int) -> None:
    """Say that this part of a mapping was read for now: it need not stay in memory. A later reading loads it again."""
    if isinstance(data, mmap):
        first = -(-start // PAGESIZE) * PAGESIZE
        length = min(end, len(data)) // PAGESIZE * PAGESIZE - first
        if length > 0:
            data.madvise(MADV_DONTNEED, first, length)


def padded(data: Data, start: int, end: int, alignment: int) -> int:
    """`end`, moved to the next multiple of `alignment` from `start` when only zero bytes stand between."""
    rounded = min(start + -(-(end - start) // alignment) * alignment, len(data))
    return rounded if rounded > end and not any(data[end:rounded]) else end
