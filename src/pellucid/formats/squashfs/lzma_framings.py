"""The ways in which vendors put LZMA into squashfs: which header stands before the raw stream, or none.

Known from published firmware sources: the 13-byte header of lzma-utils, its first five bytes alone, four bytes of
something before either, "7zip" and nothing else, DD-WRT's four bytes of properties, fixed properties.
"""

import lzma
from collections.abc import Callable, Iterator

Decompress = Callable[[bytes, int], bytes]
"""(packed, most) -> unpacked, at most `most` bytes; raises lzma.LZMAError, ValueError or EOFError."""

HEADER, PROPERTIES, CRUFT = 13, 5, 4
USUAL = 0x5D
UNKNOWN_SIZE = (1 << 64) - 1
SMALLEST_DICTIONARY = 4096
MOST_BITS = 4
# The end of a stream: what the range coder flushes and an end mark, with room to spare.
ENDING = 24


def unlzma(packed: bytes, most: int) -> bytes:
    """A stream with the 13-byte header of lzma-utils."""
    if len(packed) <= HEADER:
        raise EOFError("the header is cut off")
    size = int.from_bytes(packed[PROPERTIES:HEADER], "little")
    if size == UNKNOWN_SIZE:
        return _whole(packed[0], packed[HEADER:], most)
    if size > most:
        raise ValueError("a block is too large")
    unpacked = raw(packed[0], packed[HEADER:], size)
    if len(unpacked) != size:
        raise EOFError("the stream does not end")
    return unpacked


def raw(properties: int, stream: bytes, most: int) -> bytes:
    """Up to `most` bytes of a raw stream. The dictionary need not be larger than what comes out."""
    return _engine().decompress(_header(properties, most) + stream, most)


def framings() -> Iterator[Decompress]:
    """Every framing, likely ones first. Those without a size check that `packed` ends where the content does."""
    yield unlzma
    yield _framed(0, PROPERTIES)
    yield lambda packed, most: unlzma(packed[CRUFT:], most)
    yield _framed(CRUFT, CRUFT + PROPERTIES)
    yield unddwrt
    yield _fixed(USUAL, 0)
    yield _fixed(USUAL, CRUFT)
    for begin in (0, CRUFT):
        for properties in _all_properties():
            yield _fixed(properties, begin)


def unddwrt(packed: bytes, most: int) -> bytes:
    """A raw stream behind four bytes: pb, lc, lp and what the encoder was told."""
    position, context, literal = packed[0], packed[1], packed[2]
    if max(position, context, literal) > MOST_BITS:
        raise ValueError("impossible properties")
    return raw(_properties(context, literal, position), packed[CRUFT:], most)


def ends_well(decompress: Decompress, packed: bytes, most: int) -> bool:
    """Whether `decompress` needs the end of `packed`: with wrong properties it is done long before, or fails."""
    if len(packed) <= ENDING:
        return True
    try:
        early = decompress(packed[:-ENDING], most)
    except (lzma.LZMAError, ValueError, EOFError):
        return True
    return len(early) < most


def _framed(at: int, begin: int) -> Decompress:
    """A raw stream from `begin` on, its properties in the byte at `at`."""
    return lambda packed, most: raw(_byte(packed, at), _stream(packed, begin), most)


def _fixed(properties: int, begin: int) -> Decompress:
    """A raw stream from `begin` on, its properties nowhere."""
    return lambda packed, most: raw(properties, _stream(packed, begin), most)


def _stream(packed: bytes, begin: int) -> bytes:
    """The first byte of every raw stream is zero."""
    if _byte(packed, begin):
        raise ValueError("no LZMA stream begins here")
    return packed[begin:]


def _byte(packed: bytes, at: int) -> int:
    if at >= len(packed):
        raise EOFError("the block is too short")
    return packed[at]


def _properties(context: int, literal: int, position: int) -> int:
    return (position * 5 + literal) * 9 + context


def _all_properties() -> Iterator[int]:
    for context in range(MOST_BITS + 1):
        for literal in range(MOST_BITS + 1 - context):
            for position in range(MOST_BITS + 1):
                yield _properties(context, literal, position)


def _whole(properties: int, stream: bytes, most: int) -> bytes:
    """A stream that ends with a mark, to its end."""
    engine = _engine()
    unpacked = engine.decompress(_header(properties, most) + stream, most)
    if not engine.eof and (engine.needs_input or engine.decompress(b"", 1)):
        raise EOFError("the stream does not end")
    return unpacked


def _header(properties: int, most: int) -> bytes:
    dictionary = max(most, SMALLEST_DICTIONARY)
    return bytes([properties]) + dictionary.to_bytes(4, "little") + UNKNOWN_SIZE.to_bytes(8, "little")


def _engine() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_ALONE)
