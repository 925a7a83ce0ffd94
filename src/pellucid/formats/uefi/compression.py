"""Ways in which sections are compressed, by GUID (EDK II, MdeModulePkg/Include/Guid and IntelFrameworkModulePkg)."""

import lzma as _lzma
from collections.abc import Callable

from pellucid.errors import Malformed, MissingLibrary
from pellucid.formats import gzip, lzma_alone, tiano
from pellucid.formats.span import unpack
from pellucid.formats.streams import Unpacked

LZMA2_STORED, LZMA2_END, LZMA2_PIECE = b"\x01", b"\x00", 1 << 16

Method = Callable[[bytes, int], bytes]
"""(packed bytes, how many may come out) -> unpacked bytes; raises Malformed."""


def lzma(packed: bytes, most: int) -> bytes:
    """LZMA behind the header of lzma-utils, which here always states a size."""
    properties, dictionary, size = unpack(lzma_alone.HEADER, packed)
    if properties >= lzma_alone.MOST_PROPERTIES or size > most:
        raise Malformed("no LZMA stream, or one that gives too much")
    header = lzma_alone.Header(properties=properties, dictionary=dictionary, size=size)
    return _joined(lzma_alone.raw(header, packed, lzma_alone.HEADER.size), most)


def lzma_x86(packed: bytes, most: int) -> bytes:
    """LZMA of x86 code whose jump targets were made absolute; liblzma turns them back on the way out of LZMA2."""
    plain = lzma(packed, most)
    parts = list[bytes]()
    for at in range(0, len(plain), LZMA2_PIECE):
        piece = plain[at : at + LZMA2_PIECE]
        parts += [LZMA2_STORED, (len(piece) - 1).to_bytes(2, "big"), piece]
    stored = b"".join([*parts, LZMA2_END])
    filters = [{"id": _lzma.FILTER_X86}, {"id": _lzma.FILTER_LZMA2, "dict_size": LZMA2_PIECE}]
    return _lzma.decompress(stored, _lzma.FORMAT_RAW, filters=filters)


def tiano_custom(packed: bytes, most: int) -> bytes:
    """Tiano compression."""
    return tiano.unpacked(packed, tiano.TIANO, most)


def tiano_or_efi(packed: bytes, most: int) -> bytes:
    """The standard compression: EFI 1.1, but some tools wrote Tiano under the same number."""
    try:
        return tiano.unpacked(packed, tiano.EFI, most)
    except Malformed:
        return tiano.unpacked(packed, tiano.TIANO, most)


def gunzip(packed: bytes, most: int) -> bytes:
    """Gzip members, as some vendors of boards with little memory use them."""
    return _joined(gzip.unpacked(packed, 0), most)


def brotli(packed: bytes, _: int) -> bytes:
    """Brotli is told of, not read."""
    raise MissingLibrary(f"a section of {len(packed):,} bytes is compressed with Brotli")


def _joined(stream: Unpacked, most: int) -> bytes:
    out = bytearray()
    for piece in stream:
        out += piece
        if len(out) > most:
            raise Malformed(f"more than {most:,} bytes come out of a section")
    return bytes(out)


METHODS: dict[str, Method] = {
    "EE4E5898-3914-4259-9D6E-DC7BD79403CF": lzma,
    "0ED85E23-F253-413F-A03C-901987B04397": lzma,
    "D42AE6BD-1352-4BFB-909A-CA72A6EAE889": lzma_x86,
    "A31280AD-481E-41B6-95E8-127F4C984779": tiano_custom,
    "1D301FE9-BE79-4353-91C2-D23BC959AE0C": gunzip,
    "3D532050-5CDA-4FD0-879E-0F7F630D5AFB": brotli,
}
