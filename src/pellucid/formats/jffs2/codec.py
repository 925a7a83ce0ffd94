"""Decompressors of JFFS2's data nodes (Linux, fs/jffs2/compr_*.c; LZMA as OpenWrt adds it)."""

import lzma
import zlib
from collections.abc import Callable

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.jffs2.rubin import dynamic_rubin, mips_rubin
from pellucid.formats.packed_blocks import FAILURES, unlzo

NONE, ZERO, RTIME, RUBIN_MIPS, COPY, DYNAMIC_RUBIN, ZLIB, LZO, LZMA = range(9)
NAMES = ("none", "zero", "rtime", "rubinmips", "copy", "dynrubin", "zlib", "lzo", "lzma")
LARGEST = 256 << 10
"""No node unpacks to more: writers use the size of a memory page, 64 KiB at most."""
SLACK = 4096

LZMA_FILTERS = [{"id": lzma.FILTER_LZMA1, "dict_size": 0x2000, "lc": 0, "lp": 0, "pb": 0}]
Decompress = Callable[[bytes, int], bytes]


def unpacked(packed: bytes, compressor: int, size: int) -> bytes:
    """Exactly `size` bytes; raises Malformed."""
    if size > LARGEST or len(packed) > size + SLACK:
        raise Malformed("a node is larger than any writer makes it")
    reader = READERS.get(compressor)
    if reader is None:
        raise Unsupported(f"compressor {compressor} of JFFS2 is not known")
    try:
        plain = reader(packed, size)
    except FAILURES as error:
        raise Malformed(f"a node of compressor {NAMES[compressor]} is damaged: {str(error)[:100]}") from None
    if len(plain) != size:
        raise Malformed(f"a node of compressor {NAMES[compressor]} has the wrong length")
    return plain


def _stored(packed: bytes, size: int) -> bytes:
    return packed[:size]


def _inflate(packed: bytes, size: int) -> bytes:
    return zlib.decompressobj().decompress(packed, size)


def _unlzma(packed: bytes, size: int) -> bytes:
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=LZMA_FILTERS).decompress(packed, size)


def _rtime(packed: bytes, size: int) -> bytes:
    """Pairs of a byte and how many bytes follow that followed its last occurrence."""
    plain = bytearray()
    positions = [0] * 256
    for at in range(0, len(packed) - 1, 2):
        value, repeat = packed[at], packed[at + 1]
        plain.append(value)
        source = positions[value]
        positions[value] = len(plain)
        while repeat:
            # A run that overlaps itself doubles with each step.
            run = plain[source : source + repeat]
            plain += run
            source, repeat = source + len(run), repeat - len(run)
        if len(plain) >= size:
            break
    return bytes(plain[:size])


READERS: dict[int, Decompress] = {
    NONE: _stored,
    COPY: _stored,
    RTIME: _rtime,
    RUBIN_MIPS: mips_rubin,
    DYNAMIC_RUBIN: dynamic_rubin,
    ZLIB: _inflate,
    LZO: unlzo,
    LZMA: _unlzma,
}
