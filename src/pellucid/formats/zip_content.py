"""The content of one entry of a zip archive, by its compression method (APPNOTE 6.3.10, 4.4.5)."""

import bz2
import zlib
from collections.abc import Iterator

from pellucid.errors import Malformed, Unsupported
from pellucid.formats import lzma_alone, xz, zstd
from pellucid.formats.span import Chunk, Data, pieces, take
from pellucid.formats.streams import inflate, through
from pellucid.formats.zip_directory import DESCRIPTOR, Record

STORED, DEFLATED, BZIP2, LZMA, ZSTANDARD, XZ = 0, 8, 12, 14, 93, 95
METHODS = (STORED, DEFLATED, BZIP2, LZMA, ZSTANDARD, XZ)
NAMES = {
    1: "Shrink",
    2: "Reduce",
    3: "Reduce",
    4: "Reduce",
    5: "Reduce",
    6: "Implode",
    9: "Deflate64",
    10: "PKWARE DCL Implode",
    18: "IBM TERSE",
    94: "MP3",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
}
LZMA_HEADER = 4
END_MARKER = 1 << 1


def content(data: Data, record: Record, data_at: int) -> Iterator[Chunk]:
    """The unpacked bytes, checked against size and checksum; more than the stated size is never given."""
    checksum = total = 0
    for piece in _unpacked(data, record, data_at):
        total += len(piece)
        if total > record.size and not _unknown(record):
            raise Malformed("an entry unpacks to more than its size")
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if not _unknown(record) and (total, checksum) != (record.size, record.checksum):
        raise Malformed("the size or the checksum of an entry differs")


def unsupported(method: int) -> Unsupported:
    """What to say of a method that is not in METHODS."""
    known = NAMES.get(method)
    return Unsupported(f"compression method {method}" + (f" ({known}) cannot be read" if known else " is not known"))


def _unknown(record: Record) -> bool:
    """Whether size and checksum stand only behind the data, as in a local header."""
    return bool(record.flags & DESCRIPTOR) and not record.size and not record.checksum


def _unpacked(data: Data, record: Record, at: int) -> Iterator[Chunk]:
    end = at + record.packed
    match record.method:
        case 0:
            return pieces(data, at, record.packed)
        case 8:
            return inflate(data, at, end)
        case 12:
            return through(bz2.BZ2Decompressor(), data, at, end)
        case 14:
            return _lzma(data, record, at, end)
        case 93:
            return zstd.unpacked(data, at)
        case 95:
            return xz.unpacked(data, at)
        case _:
            raise unsupported(record.method)


def _lzma(data: Data, record: Record, at: int, end: int) -> Iterator[Chunk]:
    """A header of its own: version, length of the properties, properties; then the raw stream."""
    header = take(data, at, LZMA_HEADER + 5)
    if int.from_bytes(header[2:4], "little") != 5:
        raise Malformed("the properties of an LZMA entry have the wrong length")
    stated = lzma_alone.Header(
        properties=header[4],
        dictionary=int.from_bytes(header[5:9], "little"),
        size=None if record.flags & END_MARKER else record.size,
    )
    return lzma_alone.raw(stated, data, at + len(header), end)
