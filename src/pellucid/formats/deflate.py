"""Deflate (RFC 1951), with or without the frames of zlib (RFC 1950): unpacked by the quickest library there is.

ISA-L takes less than half the time that zlib takes. It is built for x86-64 and 64-bit Arm; elsewhere zlib does it.
Both give the same bytes; of a stream that is cut off, ISA-L may give a byte or two less.
"""

import zlib
from contextlib import suppress
from types import ModuleType
from typing import Protocol, cast

_library: ModuleType = zlib
with suppress(ImportError):  # it is not built for this machine
    from isal import isal_zlib as _library

FAILURES: tuple[type[Exception], ...] = (zlib.error, _library.error)
"""What an engine raises for bytes that are no deflate, or damaged."""
RAW, ZLIB = -zlib.MAX_WBITS, zlib.MAX_WBITS


class Engine(Protocol):
    """As `zlib.decompressobj` gives it."""

    @property
    def eof(self) -> bool: ...

    @property
    def unconsumed_tail(self) -> bytes: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


def engine(form: int = ZLIB) -> Engine:
    """For one stream, RAW or in the frame of ZLIB."""
    return cast("Engine", _library.decompressobj(form))


def crc32(data: bytes, before: int = 0) -> int:
    """CRC-32 as ZIP and gzip have it."""
    return int(_library.crc32(data, before))
