"""Records published many in one: in a zip, in a tar, in a folder; one after the other, in bounded memory.

Each function gives the match of `wanted` with a member's whole name and up to `largest` + 1 bytes of it. Names only
tell which members are wanted: none is ever used as a path. What cannot be read raises Malformed with the file's name.
"""

import io
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, BinaryIO

from pellucid.advisories.feeds import publications
from pellucid.advisories.feeds.publications import UNREADABLE, Publication
from pellucid.errors import Malformed
from pellucid.formats import xz, zip_content, zip_directory
from pellucid.formats.span import Chunk, let_go

ZIP, XZ = b"PK", xz.MAGIC
TAR_MAGIC_AT, TAR_MAGIC = 257, b"ustar"
LARGEST = publications.LARGEST
# A zip inside a zip has to be unpacked somewhere: the list of CVEs is one.
LARGEST_INNER = 8 << 30
# How much of a mapped file is read before the memory is given back.
STRETCH = 16 << 20
MOST_FILES = 2_000_000
MOST_SAMPLED = 3000
Members = Iterator[tuple[re.Match[str], bytes]]


def is_zip(path: Path) -> bool:
    """Whether it is a file that begins as a zip does. Raises OSError."""
    if path.is_dir():
        return False
    with path.open("rb") as file:
        return file.read(len(ZIP)) == ZIP


def is_tar(content: bytes) -> bool:
    """Whether these are the first bytes of a tar that nothing packs (POSIX ustar, or GNU's)."""
    return content[TAR_MAGIC_AT : TAR_MAGIC_AT + len(TAR_MAGIC)] == TAR_MAGIC


def zipped(path: Path, wanted: re.Pattern[str], largest: int, *, inner: str = "", most: int = MOST_FILES) -> Members:
    """Members of a zip, and of the zip in it that is named `inner`, if there is one. `most` are looked at."""
    with path.open("rb") as file, _naming(path):
        yield from _zipped(file, wanted, largest, inner, most)


def tarred(path: Path, wanted: re.Pattern[str], largest: int, *, most: int = MOST_FILES) -> Members:
    """Members of a tar, which may be packed in gzip or xz. `most` are looked at."""
    with unpacked(path) as stream, tarfile.open(fileobj=io.BufferedReader(stream), mode="r|") as archive:
        for member in islice(archive, most):
            archive.members.clear()  # type: ignore[attr-defined]  # typeshed leaves it out; else all of them are kept
            stream.next_record()
            named = wanted.fullmatch(member.name) if member.isreg() else None
            if named and (content := archive.extractfile(member)):
                yield named, content.read(largest + 1)


@contextmanager
def unpacked(path: Path) -> Iterator[Publication]:
    """The content of a file, which may be packed in gzip or xz; what cannot be read raises Malformed with its name."""
    with path.open("rb") as file:
        if file.read(len(XZ)) == XZ:
            with _naming(path), _mapped(file) as data:
                yield Publication(_Chunks(xz.unpacked(data, 0)))  # type: ignore[arg-type]  # it reads as BinaryIO does
            return
    with publications.opened(path) as stream:
        yield stream


def lying(folder: Path, wanted: re.Pattern[str], largest: int) -> Members:
    """Files in a folder and below it, in the order of their names; links are not followed."""
    seen = 0
    for place, inner, names in os.walk(folder):
        inner.sort()
        for name in sorted(names):
            file = Path(place, name)
            named = wanted.fullmatch(file.relative_to(folder).as_posix())
            if not named or file.is_symlink() or not file.is_file():
                continue
            seen += 1
            if seen > MOST_FILES:
                raise Malformed(f"{folder.name}: more than {MOST_FILES:,} files")
            with file.open("rb") as stream:
                yield named, stream.read(largest + 1)


def _zipped(file: BinaryIO, wanted: re.Pattern[str], largest: int, inner: str, most: int) -> Members:
    total = released = 0
    with _mapped(file) as data:
        for record in islice(zip_directory.central(data, zip_directory.find(data)), most):
            name = record.name.decode("utf-8", "replace")
            named = wanted.fullmatch(name)
            if not named and not (inner and name == inner):
                continue
            if record.flags & zip_directory.ENCRYPTED:
                raise Malformed(f"{name[:200]} is encrypted")
            _, data_at = zip_directory.local(data, record.header_at)
            chunks = zip_content.content(data, record, data_at)
            if not named:
                with tempfile.TemporaryFile() as unpacked:
                    for _ in _copied(chunks, unpacked):
                        let_go(data, data_at, data_at + record.packed)
                    yield from _zipped(unpacked, wanted, largest, "", most)
                continue
            content = _joined(chunks, largest + 1)
            total += len(content)
            if total > LARGEST:
                raise Malformed(f"more than {LARGEST:,} bytes come out")
            if data_at - released > STRETCH:
                let_go(data, released, data_at)
                released = data_at
            yield named, content


def _joined(chunks: Iterator[Chunk], most: int) -> bytes:
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) >= most:
            break
    return bytes(found[:most])


def _copied(chunks: Iterator[Chunk], target: BinaryIO) -> Iterator[int]:
    """Bytes written so far, now and then."""
    total = said = 0
    for chunk in chunks:
        total += len(chunk)
        if total > LARGEST_INNER:
            raise Malformed(f"the zip inside unpacks to more than {LARGEST_INNER:,} bytes")
        target.write(chunk)
        if total - said > STRETCH:
            said = total
            yield total
    target.flush()


@contextmanager
def _mapped(file: BinaryIO) -> Iterator[mmap]:
    if not os.fstat(file.fileno()).st_size:
        raise Malformed("it is empty")
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        yield data


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Whatever goes wrong is Malformed, with the name of the file."""
    try:
        yield
    except Malformed as error:
        raise Malformed(f"{path.name}: {error.message}") from error
    except UNREADABLE as error:
        raise Malformed(f"{path.name}: {str(error)[:200] or type(error).__name__}") from error


class _Chunks(io.RawIOBase):
    """Chunks as a stream."""

    def __init__(self, chunks: Iterator[Chunk]) -> None:
        self._chunks, self._rest = chunks, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            following = next(self._chunks, None)
            if following is None:
                return 0
            self._rest = memoryview(following)
        taken = min(len(buffer), len(self._rest))
        buffer[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        return taken


def beginning(path: Path, most: int, wanted: re.Pattern[str]) -> list[tuple[str, bytes]]:
    """Names and first bytes of the first members of a zip or tar; none where that cannot be told.

    Where none is wanted among the first thousands, none is: others' archives may be large.
    """
    try:
        found = (zipped if is_zip(path) else tarred)(path, wanted, publications.HEAD, most=MOST_SAMPLED)
        return [(named[0], content) for named, content in islice(found, most)]
    except (Malformed, OSError):
        return []
