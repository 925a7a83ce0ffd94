"""Whether a file that was fetched is whole: checksums of zip and gzip, beginnings of JSON and text."""

import gzip
import hashlib
import mmap
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from pellucid.errors import Malformed
from pellucid.formats import zip_directory

PIECE = 1 << 20
LARGEST_UNPACKED = 32 << 30
# About four million entries; the reader of the standard library holds all of it.
LARGEST_DIRECTORY = 256 << 20
ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
EMPTY_ZIP = b"PK\x05\x06"
PAGE = (b"<!doctype", b"<html", b"<?xml")
BLANK = b" \t\r\n\xef\xbb\xbf"


def verify(path: Path) -> None:
    """Raises Malformed, with the reason, for a file that is cut off or damaged, or is not what its name says."""
    with path.open("rb") as file:
        head = file.read(512)
    beginning = head.lstrip(BLANK)
    if not beginning:
        raise Malformed(f"{path.name} is empty")
    if beginning.lower().startswith(PAGE):
        raise Malformed(f"{path.name} is a web page, not data: a proxy or a portal may have answered")
    if path.name.endswith(".zip"):
        _verify_zip(path, head)
    elif path.name.endswith((".gz", ".tgz")):
        if not head.startswith(GZIP):
            raise Malformed(f"{path.name} is no gzip file")
        for _ in unzipped(path):
            pass
    elif path.name.endswith(".json") and beginning[:1] not in (b"{", b"["):
        raise Malformed(f"{path.name} is no JSON object or list")


def sha256_of_content(path: Path) -> str:
    """In hex, of what is in a gzip file."""
    found = hashlib.sha256()
    for piece in unzipped(path):
        found.update(piece)
    return found.hexdigest()


def unzipped(path: Path, largest: int = LARGEST_UNPACKED) -> Iterator[bytes]:
    """What is in a gzip file, in pieces, and its checksum tried; raises Malformed."""
    total = 0
    try:
        with gzip.open(path) as stream:
            while piece := stream.read(PIECE):
                total += len(piece)
                if total > largest:
                    raise Malformed(f"{path.name} unpacks to more than {largest:,} bytes")
                yield piece
    except (OSError, EOFError, zlib.error) as error:
        raise Malformed(f"{path.name} is damaged or cut off: {error}") from error


def _verify_zip(path: Path, head: bytes) -> None:
    if not head.startswith((ZIP, EMPTY_ZIP)):
        raise Malformed(f"{path.name} is no zip file")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            size = zip_directory.find(data).size
        except Malformed as error:
            raise Malformed(f"{path.name} is damaged or cut off: {error.message}") from error
    if size > LARGEST_DIRECTORY:
        raise Malformed(f"{path.name} has too many entries")
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise Malformed(f"{path.name} unpacks to more than {LARGEST_UNPACKED:,} bytes")
            damaged = archive.testzip()
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise Malformed(f"{path.name} is damaged or cut off: {error}") from error
    if damaged is not None:
        raise Malformed(f"{path.name} is damaged: the checksum of an entry is wrong")
