"""Compressed streams in general: unpacked in pieces of up to 1 MiB, whatever the bytes say.

An unpacker is a generator that yields pieces and returns the offset at which its stream ended. It raises Truncated
or Malformed after having yielded what could be read.
"""

import lzma
from collections.abc import Callable, Generator, Iterator
from typing import Protocol, TypeVar

from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats import deflate
from pellucid.formats.span import PIECE, Data

T = TypeVar("T")
Unpacked = Generator[bytes, None, int]
Unpacker = Callable[[Data, int], Unpacked]

MOST_MEASURED = 4 << 30
BELIEVED_OUTPUT = 4096
FIRST_INPUT = 4096
MOST_INPUT = 1 << 18
MEMORY_LIMIT = 512 << 20


class Decompressor(Protocol):
    """What lzma, bz2 and lz4.frame decompressors have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes | None: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def through(engine: Decompressor, data: Data, start: int, end: int | None = None) -> Unpacked:
    """Unpack one stream with `engine` from `start`, reading no further than `end`."""
    end = len(data) if end is None else min(end, len(data))
    at, step = start, FIRST_INPUT
    while not engine.eof:
        fed = b""
        if engine.needs_input:
            fed = data[at : min(at + step, end)]
            at, step = at + len(fed), min(step * 4, MOST_INPUT)
            if not fed:
                raise Truncated("the compressed stream is cut off")
        try:
            piece = engine.decompress(fed, PIECE)
        except (lzma.LZMAError, OSError, ValueError, EOFError, RuntimeError) as error:
            raise explained(error) from None
        if piece:
            yield piece
    return at - len(engine.unused_data or b"")


def inflate(data: Data, start: int, end: int | None = None) -> Unpacked:
    """Unpack raw deflate (RFC 1951) from `start`."""
    end = len(data) if end is None else min(end, len(data))
    engine = deflate.engine(deflate.RAW)
    at, step, pending = start, FIRST_INPUT, b""
    while not engine.eof:
        if not pending:
            pending = data[at : min(at + step, end)]
            at, step = at + len(pending), min(step * 4, MOST_INPUT)
        exhausted = not pending
        try:
            piece = engine.decompress(pending, PIECE)
        except deflate.FAILURES as error:
            raise Malformed(f"the compressed data is damaged: {error}") from None
        pending = engine.unconsumed_tail
        if piece:
            yield piece
        elif exhausted and not engine.eof:
            raise Truncated("the compressed stream is cut off")
    return at - len(engine.unused_data)


def joined(first: Unpacked, following: Callable[[int], Unpacked | None]) -> Unpacked:
    """Streams one after the other as one: `following` gives that which begins at an offset, None when none does.

    A later one of which nothing can be read is not part of them: else each of many streams before a damaged one would
    be unpacked again and again, while looking for the place at which they begin.
    """
    at = yield from first
    while (stream := following(at)) is not None:
        try:
            piece = next(stream)
        except StopIteration as stop:
            at = stop.value
            continue
        except Malformed:
            return at
        yield piece
        at = yield from stream
    return at


def counted(unpacked: Unpacked, most: int | None = None) -> Generator[bytes, None, tuple[int, int, int]]:
    """The same pieces; returns where the stream ended, the CRC-32 of what came out, and its length.

    Raises Unsupported when more than `most` bytes come out.
    """
    checksum = length = 0
    while True:
        try:
            piece = next(unpacked)
        except StopIteration as stop:
            return int(stop.value), checksum, length
        checksum = deflate.crc32(piece, checksum)
        length += len(piece)
        if most is not None and length > most:
            raise Unsupported(f"more than {most:,} bytes come out")
        yield piece


def drained(pieces: Generator[bytes, None, T]) -> T:
    """What a generator returns when its pieces are wanted by nobody."""
    while True:
        try:
            next(pieces)
        except StopIteration as stop:
            found: T = stop.value
            return found


class Unpacking:
    """An unpacker to be iterated; `first` has been read already, and `ended_at` is known once all has been.

    Creating it raises Malformed when not even the first piece can be read.
    """

    def __init__(self, unpacked: Unpacked) -> None:
        self._unpacked = unpacked
        self.ended_at: int | None = None
        self.first = b""
        try:
            self.first = next(unpacked)
        except StopIteration as stop:
            self.ended_at = stop.value

    def __iter__(self) -> Iterator[bytes]:
        yield self.first
        if self.ended_at is None:
            self.ended_at = yield from self._unpacked


def measured(unpacked: Unpacked, data: Data, start: int, *, least: int = 0) -> int:
    """The length of a stream, found by unpacking into nothing; all that there is when it is cut off late.

    Raises Malformed for what is no stream, gives fewer than `least` bytes or more than 4 GiB.
    """
    total = 0
    try:
        while True:
            total += len(next(unpacked))
            if total > MOST_MEASURED:
                raise Unsupported("more than 4 GiB come out: too much to look for its end")
    except StopIteration as stop:
        if total < least:
            raise Malformed("too little comes out to be believed") from None
        return int(stop.value) - start
    except Truncated:
        if total < max(least, BELIEVED_OUTPUT):
            raise
        return len(data) - start


def explained(error: Exception) -> Malformed:
    """What a decompressor's own exception means here."""
    if "Memory usage" in str(error):
        return Unsupported("its dictionary needs more memory than a reader may have")
    return Malformed(f"the compressed data is damaged: {error}")
