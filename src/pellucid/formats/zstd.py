"""Zstandard frames (RFC 8878)."""

from struct import Struct
from typing import IO, cast

import zstandard

from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats.span import PIECE, Data, take, unpack
from pellucid.formats.streams import Unpacked, joined

MAGIC = b"\x28\xb5\x2f\xfd"
SKIPPABLE = tuple(bytes([number, 0x2A, 0x4D, 0x18]) for number in range(0x50, 0x60))
LENGTH = Struct("<I")
LARGEST_BLOCK = 1 << 17
LARGEST_WINDOW = 1 << 28
MOST_READ = 1 << 16
REPEATED, RESERVED = 1, 3


class _Slice:
    """A part of `data` with as much of a file as the decompressor needs."""

    def __init__(self, data: Data, start: int, end: int) -> None:
        self._data, self._at, self._end = data, start, end

    def read(self, size: int = -1) -> bytes:
        stop = self._end if size < 0 else min(self._at + size, self._end)
        piece = self._data[self._at : stop]
        self._at += len(piece)
        return piece


def unpacked(data: Data, start: int) -> Unpacked:
    """All frames from `start` on, as one stream; skippable frames give nothing."""
    first = _any_frame(data, start)
    if first is None:
        raise Malformed("no Zstandard frame")
    return (yield from joined(first, lambda at: _any_frame(data, at)))


def _any_frame(data: Data, at: int) -> Unpacked | None:
    magic = data[at : at + 4]
    if magic in SKIPPABLE:
        return _skippable(data, at)
    return _frame(data, at) if magic == MAGIC else None


def _skippable(data: Data, at: int) -> Unpacked:
    yield from ()
    return _past_skippable(data, at)


def length(data: Data, start: int) -> int:
    """The length of all frames from `start` on, from their block headers. The first piece must unpack."""
    at, frames = start, 0
    while True:
        magic = data[at : at + 4]
        try:
            if magic == MAGIC:
                if not frames:
                    next(_frame(data, at), None)
                frames += 1
                at = _past_frame(data, at)
            elif magic in SKIPPABLE:
                at = _past_skippable(data, at)
            else:
                break
        except Truncated:
            if not frames:
                raise
            return len(data) - start
        except Malformed:
            if not frames:
                raise
            break
    if not frames:
        raise Malformed("no Zstandard frame")
    return at - start


def _frame(data: Data, start: int) -> Unpacked:
    cut = None
    try:
        end = _past_frame(data, start)
    except Truncated as error:
        cut, end = error, len(data)
    engine = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW)
    reader = engine.stream_reader(cast("IO[bytes]", _Slice(data, start, end)), read_size=MOST_READ)
    while True:
        try:
            piece = reader.read(PIECE)
        except zstandard.ZstdError as error:
            if "much memory" in str(error):
                raise Unsupported("its window needs more memory than a reader may have") from None
            raise Malformed(f"the compressed data is damaged: {error}") from None
        if not piece:
            break
        yield piece
    if cut:
        raise cut
    return end


def _past_frame(data: Data, start: int) -> int:
    """Where the frame at `start` ends, by its block headers."""
    descriptor = take(data, start + 4, 1)[0]
    if descriptor & 0x08:
        raise Malformed("a reserved bit of the frame header is set")
    single = bool(descriptor & 0x20)
    content = (1 if single else 0, 2, 4, 8)[descriptor >> 6]
    at = start + 5 + (not single) + (0, 1, 2, 4)[descriptor & 3] + content
    last = False
    while not last:
        header = int.from_bytes(take(data, at, 3), "little")
        last, kind, size = bool(header & 1), header >> 1 & 3, header >> 3
        if kind == RESERVED or size > LARGEST_BLOCK:
            raise Malformed("no block of a Zstandard frame")
        at += 3 + (1 if kind == REPEATED else size)
    at += 4 if descriptor & 0x04 else 0
    if at > len(data):
        raise Truncated("the last block is cut off")
    return at


def _past_skippable(data: Data, start: int) -> int:
    (size,) = unpack(LENGTH, data, start + 4)
    if start + 8 + size > len(data):
        raise Truncated("a skippable frame is cut off")
    return start + 8 + int(size)
