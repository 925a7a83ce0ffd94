"""The header of lzma-utils, 13 bytes before a raw LZMA stream ("The .lzma File Format"), with no checksum at all."""

import lzma
from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import PIECE, Data, take, unpack
from pellucid.formats.streams import MEMORY_LIMIT, Unpacked, explained, through

HEADER = Struct("<BIQ")
UNKNOWN_SIZE = (1 << 64) - 1
MOST_PROPERTIES = 9 * 5 * 5
LARGEST_CLAIM = 1 << 36
SMALLEST_DICTIONARY = 1 << 12


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """`size` is None when the stream ends with a marker instead."""

    properties: int
    dictionary: int
    size: int | None

    @property
    def packed(self) -> bytes:
        """As liblzma reads it; the dictionary is no larger than what comes out, which is all it is needed for."""
        size = UNKNOWN_SIZE if self.size is None else self.size
        return HEADER.pack(self.properties, max(min(self.dictionary, size), SMALLEST_DICTIONARY), size)


def header(data: Data, start: int) -> Header:
    """The header at `start`. Strict: kernels carry such streams at any offset, so chance hits must fail here."""
    properties, dictionary, size = unpack(HEADER, data, start)
    if properties >= MOST_PROPERTIES or not _usual(dictionary):
        raise Malformed("no LZMA header")
    if size != UNKNOWN_SIZE and not 0 < size <= LARGEST_CLAIM:
        raise Malformed("an LZMA header with an impossible size")
    first = take(data, start + HEADER.size, 5)
    if first[0] or not any(first[1:]):
        raise Malformed("no LZMA stream after the header")
    return Header(properties=properties, dictionary=dictionary, size=None if size == UNKNOWN_SIZE else size)


def unpacked(data: Data, start: int) -> Unpacked:
    """The stream at `start`."""
    return raw(header(data, start), data, start + HEADER.size)


def raw(stated: Header, data: Data, start: int, end: int | None = None) -> Unpacked:
    """A stream without a header from `start`, after what `stated` says of it."""
    engine = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY_LIMIT)
    try:
        engine.decompress(stated.packed, PIECE)
    except lzma.LZMAError as error:
        raise explained(error) from None
    total = 0
    stream = through(engine, data, start, end)
    while True:
        try:
            piece = next(stream)
        except StopIteration as stop:
            return int(stop.value)
        except Truncated:
            if total == stated.size:
                return len(data) if end is None else end
            raise
        total += len(piece)
        yield piece


def _usual(dictionary: int) -> bool:
    """Encoders write 2^n or 2^n + 2^(n-1), from 4 KiB up to 1.5 GiB."""
    return dictionary in _USUAL


def _sizes() -> Iterator[int]:
    for power in range(12, 31):
        yield 1 << power
        yield 3 << (power - 1)


_USUAL = frozenset(_sizes())
