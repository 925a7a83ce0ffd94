"""Published files, plain or in gzip, read from the beginning to the end: bytes, lines of text; and JSON as it is kept.

Nothing is held but one record, and every one of them is bounded: whoever reads calls `Publication.next_record` between
two, and what is longer than a record may be is Malformed, as is all that cannot be read.
"""

import csv
import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from pellucid.errors import Malformed

GZIP = b"\x1f\x8b"
# Of what comes out of a file; the largest known is a tenth of it.
LARGEST = 32 << 30
# Between two records: in a tar one member is one, wanted or not.
LONGEST = 128 << 20
HEAD = 64 << 10
UNREADABLE = (
    *(OSError, EOFError, zlib.error, UnicodeError, ValueError, OverflowError, RecursionError),
    *(csv.Error, tarfile.TarError),
)


class Publication(io.RawIOBase):
    """A stream that ends with Malformed where a record, or all of them, are longer than they may be."""

    def __init__(self, stream: BinaryIO, *, longest: int = 0, largest: int = 0) -> None:
        self._stream = stream
        self._longest, self._largest = longest or LONGEST, largest or LARGEST
        self._since = self._total = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._since += len(data)
        self._total += len(data)
        if self._since > self._longest:
            raise Malformed(f"a record of more than {self._longest:,} bytes")
        if self._total > self._largest:
            raise Malformed(f"more than {self._largest:,} bytes come out")
        return len(data)

    def next_record(self) -> None:
        """What is read from here on belongs to another record."""
        self._since = 0


@contextmanager
def opened(path: Path, longest: int = 0) -> Iterator[Publication]:
    """The content of a file; whatever goes wrong while it is read is Malformed, with the name of the file.

    `longest` is what a record may have, LONGEST unless it is said. A file that is not there or may not be opened
    raises OSError.
    """
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
        file.seek(0)
        try:
            if packed:
                with gzip.GzipFile(fileobj=file, mode="rb") as content:
                    yield Publication(content, longest=longest)  # type: ignore[arg-type]  # GzipFile reads as BinaryIO does
            else:
                yield Publication(file, longest=longest)
        except Malformed as error:
            raise Malformed(f"{path.name}: {error.message}") from error
        except UNREADABLE as error:
            raise Malformed(f"{path.name}: {str(error)[:200] or type(error).__name__}") from error


def head(first: bytes) -> bytes:
    """The beginning of the content of a file that begins with `first`."""
    if not first.startswith(GZIP):
        return first[:HEAD]
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(first, HEAD)
    except zlib.error:
        return b""


def text(stream: Publication) -> io.TextIOWrapper:
    """The content as text, its ends of lines as they are; bytes that are not UTF-8 become U+FFFD."""
    return io.TextIOWrapper(io.BufferedReader(stream), encoding="utf-8", errors="replace", newline="")


def encoded(document: object) -> bytes:
    """A record as it is kept; raises Malformed for what JSON cannot say, or nobody can read again."""
    try:
        return msgspec.json.encode(document)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, TypeError, OverflowError) as error:
        raise Malformed(f"not to be kept: {str(error)[:100]}") from error


def decoded(raw: bytes) -> Any:
    """A record that was kept, None where nothing could be; raises Malformed."""
    if not raw:
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Malformed(f"not JSON: {str(error)[:100]}") from error
