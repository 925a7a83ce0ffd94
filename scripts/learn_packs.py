"""What is kept of Debian packages: the ELF files of a source package, in one compressed file per release.

The bytes of executable sections, relocations and unwind tables are zeroed: no text lies there, and the files shrink to
a third. Everything else stands at its real offset.
"""

import gzip
import io
import lzma
import struct
import tarfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import zstandard

from pellucid.errors import Malformed
from pellucid.formats import ar, elf

LARGEST_FILE = 24 << 20
LARGEST_COPYRIGHT = 1 << 20
RELA, REL, NO_BITS = 4, 9, 8
EXECUTABLE = 4


class PackedFile(msgspec.Struct, frozen=True):
    """A file of a package: its path inside the package and its content."""

    package: str
    path: str
    data: bytes


class Pack(msgspec.Struct, frozen=True):
    """The ELF files that a source package has in one release, and the text of its copyright file."""

    source: str
    release: str
    version: str
    homepage: str
    copyright: str
    files: list[PackedFile]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Pack)


def write(path: Path, pack: Pack) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zstandard.ZstdCompressor(level=3).compress(_ENCODER.encode(pack)))


def read(path: Path) -> Pack:
    return _DECODER.decode(zstandard.ZstdDecompressor().decompress(path.read_bytes()))


def elf_files(deb: Path) -> tuple[list[PackedFile], str]:
    """The ELF files of a .deb, with blanked code, and its copyright file."""
    package = deb.name.partition("_")[0]
    found: list[PackedFile] = []
    text = ""
    with tarfile.open(fileobj=io.BytesIO(_data_tar(deb.read_bytes()))) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.isreg() else None
            if stream is None:
                continue
            path = member.name.removeprefix("./")
            if path.endswith("/copyright") and member.size < LARGEST_COPYRIGHT:
                text = stream.read().decode("utf-8", "replace")
            elif 64 <= member.size <= LARGEST_FILE:
                head = stream.read(4)
                if head == elf.MAGIC:
                    found.append(PackedFile(package, path, without_code(head + stream.read())))
    return found, text


def _data_tar(deb: bytes) -> bytes:
    for record in ar.records(deb, 0):
        data = deb[record.data_at : record.data_at + record.size]
        if record.name.startswith(b"data.tar.xz"):
            return lzma.decompress(data)
        if record.name.startswith(b"data.tar.zst"):
            return zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 30)
        if record.name.startswith(b"data.tar.gz"):
            return gzip.decompress(data)
    raise Malformed("a .deb without data")


def without_code(data: bytes) -> bytes:
    """The same file with zeroes where no text can be; the file as it is when its sections cannot be read."""
    blanked = bytearray(data)
    for offset, size in _idle_sections(data):
        if offset > 0 and offset + size <= len(data):
            blanked[offset : offset + size] = bytes(size)
    return bytes(blanked)


def _idle_sections(data: bytes) -> Iterator[tuple[int, int]]:
    """(offset, size) of the sections of an ELF file that hold code, relocations or tables for unwinding."""
    if len(data) < 64 or data[4] not in (1, 2) or data[5] not in (1, 2):
        return
    is_wide, mark = data[4] == 2, "<" if data[5] == 1 else ">"
    (table,) = struct.unpack_from(mark + ("Q" if is_wide else "I"), data, 0x28 if is_wide else 0x20)
    count, names = struct.unpack_from(mark + "2H", data, 0x3C if is_wide else 0x30)
    row = struct.Struct(mark + ("2I4Q2I2Q" if is_wide else "10I"))
    if not count or table + count * row.size > len(data) or names >= count:
        return
    rows = [row.unpack_from(data, table + number * row.size) for number in range(count)]
    names_at = rows[names][4]
    for name, kind, flags, _, offset, size, *_ in rows:
        title = data[names_at + name : names_at + name + 9]
        if kind != NO_BITS and (flags & EXECUTABLE or kind in (RELA, REL) or title in (b".eh_frame", b".ARM.exta")):
            yield offset, size
