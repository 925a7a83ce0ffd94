"""The payload of an RPM package: a cpio archive behind a compressor, read as one stream.

Names and modes stand in the archive; owners' names stand in the header alone, and for packages with files of more
than 4 GiB all of it does: there each entry of the archive ("07070X") is but the number of the file in the header.
"""

import stat
from collections.abc import Iterator

from msgspec import structs

from pellucid.errors import Malformed, Unsupported
from pellucid.formats import bzip2, cpio, devices, gzip, lzma_alone, xz, zstd
from pellucid.formats.member import Members
from pellucid.formats.pulled import Part, Pulled
from pellucid.formats.rpm.files import Listed
from pellucid.formats.rpm.header import Package
from pellucid.formats.span import Data, pieces
from pellucid.formats.streams import Unpacked

STRIPPED = b"07070X"
FORMAT, COMPRESSOR = 1124, 1125
NEWC_SIZE, STRIPPED_SIZE = 110, 16


def compressor(data: Data, package: Package) -> str:
    """Which compressor the payload begins like; "" for none. Raises Unsupported for others."""
    head = bytes(data[package.payload : package.payload + 6])
    for name, magic in MAGICS.items():
        if head.startswith(magic):
            return name
    stated = package.header.text(COMPRESSOR)[:40] or "gzip"
    raise Unsupported(f"the payload is no {stated} stream")


def unpacked(data: Data, package: Package) -> Unpacked:
    """The archive, out of its compressor."""
    at = package.payload
    match compressor(data, package):
        case "gzip":
            return gzip.unpacked(data, at)
        case "xz":
            return xz.unpacked(data, at)
        case "bzip2":
            return bzip2.unpacked(data, at)
        case "zstd":
            return zstd.unpacked(data, at)
        case "lzma":
            return lzma_alone.unpacked(data, at)
        case _:
            return _plain(data, at, package.end)


MAGICS = {
    "gzip": gzip.MAGIC,
    "xz": xz.MAGIC,
    "bzip2": b"BZh",
    "zstd": zstd.MAGIC,
    "lzma": b"\x5d\0\0",
    "": b"07070",
}


def members(data: Data, package: Package, listed: list[Listed]) -> Members:
    """Every entry of the payload, with what the header says of it."""
    if package.header.text(FORMAT) not in ("", "cpio"):
        raise Unsupported(f"the payload is in the format {package.header.text(FORMAT)[:40]}")
    yield from cpio.told(_entries(Pulled(unpacked(data, package)), listed))


def _entries(source: Pulled, listed: list[Listed]) -> Iterator[tuple[cpio.Header, Part]]:
    """Each entry with its bytes, which are gone once the next one is asked for."""
    by_name = {item.name: item for item in listed}
    while (entry := _next(source, listed, by_name)) is not None:
        content = source.part(entry.size, alignment=4)
        yield entry, content
        content.skip()


def _next(source: Pulled, listed: list[Listed], by_name: dict[bytes, Listed]) -> cpio.Header | None:
    """The next header of the archive; None at the trailer."""
    magic = source.take(6)
    if magic == STRIPPED:
        return _stripped(source.take(STRIPPED_SIZE - 6), listed)
    if magic not in (cpio.NEWC, cpio.CRC):
        raise Malformed("no cpio header in the payload")
    fields = source.take(NEWC_SIZE - 6)
    name_size = _hexadecimal(fields[88:96])
    if not 0 < name_size <= cpio.LONGEST_NAME:
        raise Malformed("a name in a cpio header has an impossible length")
    name = source.take((NEWC_SIZE + name_size + 3 & ~3) - NEWC_SIZE)
    # The reader of archives reads it, too: its rules about names and numbers are the same.
    record = cpio.record(magic + fields + name, 0)
    if record.name == cpio.TRAILER:
        return None
    known = by_name.get(b"/" + record.name.removeprefix(b"./").removeprefix(b"/")) or by_name.get(record.name)
    return structs.replace(record, facts=known.facts() if known else {})


def _stripped(digits: bytes, listed: list[Listed]) -> cpio.Header:
    number = _hexadecimal(digits[:8])
    if number >= len(listed):
        raise Malformed("an entry of the payload is not in the header")
    item = listed[number]
    has_bytes = stat.S_ISLNK(item.mode) or (stat.S_ISREG(item.mode) and not item.linked_later)
    return cpio.Header(
        name=item.name,
        mode=item.mode,
        uid=None,
        gid=None,
        mtime=item.mtime,
        size=item.size if has_bytes else 0,
        inode=item.inode,
        device=devices.narrow(item.device),
        facts=item.facts(),
    )


def _hexadecimal(digits: bytes) -> int:
    try:
        return int.from_bytes(bytes.fromhex(digits.decode("ascii")), "big")
    except ValueError:
        raise Malformed("a number in a cpio header is not hexadecimal") from None


def _plain(data: Data, start: int, end: int | None) -> Unpacked:
    stop = len(data) if end is None else end
    yield from pieces(data, start, stop - start)
    return stop
