"""The compressors of the kernel's build (scripts/Makefile.lib): which one made a payload, and where it ends."""

from collections.abc import Callable, Iterator

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import bzip2, gzip, lz4, lzma_alone, lzop, xz, zstd
from pellucid.formats.span import Data
from pellucid.formats.streams import Unpacked, counted, drained

MOST_UNPACKED = 512 << 20
MOST_CANDIDATES = 500


class Compressor(msgspec.Struct, frozen=True):
    """`magic` stands at the start of what it writes; `counted`: the size of what comes out is put behind it."""

    suffix: str
    magic: bytes
    unpacked: Callable[[Data, int], Unpacked]
    counted: bool = True


def _lzop(data: Data, start: int) -> Unpacked:
    member = next(lzop.members(data, start))
    if isinstance(member, Malformed):
        raise member
    for piece in member.chunks:
        yield bytes(piece)
    return start + lzop.length(data, start)


COMPRESSORS = (
    Compressor("gz", gzip.MAGIC, gzip.unpacked, counted=False),
    Compressor("xz", xz.MAGIC, xz.unpacked),
    Compressor("zst", zstd.MAGIC, zstd.unpacked),
    Compressor("lz4", lz4.LEGACY, lz4.unpacked),
    Compressor("lz4", lz4.MAGIC, lz4.unpacked),
    Compressor("lzo", lzop.MAGIC, _lzop),
    Compressor("bz2", b"BZh91AY&SY", bzip2.unpacked),
    Compressor("lzma", b"\x5d\x00\x00", lzma_alone.unpacked),
)
SIZE_WORD = 4


def at(data: Data, start: int) -> Compressor | None:
    """The compressor whose magic stands at `start`."""
    for known in COMPRESSORS:
        if data[start : start + len(known.magic)] == known.magic:
            return known
    return None


def candidates(data: Data, start: int, end: int, alignment: int = 1) -> Iterator[tuple[int, Compressor]]:
    """Places at which a first piece can be unpacked, ascending, on multiples of `alignment` from the data's start."""
    found: list[tuple[int, Compressor]] = []
    for known in COMPRESSORS:
        place = data.find(known.magic, start, end)
        while place >= 0 and len(found) < MOST_CANDIDATES:
            if place % alignment == 0:
                found.append((place, known))
            place = data.find(known.magic, place + 1, end)
    for place, known in sorted(found, key=lambda item: item[0]):
        if first_piece(known, data, place):
            yield place, known


def first_piece(known: Compressor, data: Data, start: int) -> bytes:
    """The first bytes that come out, up to 1 MiB; empty when there is no such stream at `start`."""
    try:
        return next(known.unpacked(data, start), b"")
    except Malformed:
        return b""


def length(known: Compressor, data: Data, start: int) -> int:
    """The length of the stream at `start`; raises Malformed. Only xz tells it without being unpacked."""
    if known.magic == xz.MAGIC:
        return xz.length(data, start)
    end, _, _ = drained(counted(known.unpacked(data, start), MOST_UNPACKED))
    return end - start
