"""Cabinet files (MS-CAB): folders of data blocks, and the files in what comes out of them.

Blocks are stored or MSZIP. A cabinet may be one of a set, with files that begin or end in another.
"""

import zlib
from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats import dos_time
from pellucid.formats.member import Member, Members
from pellucid.formats.pulled import Pulled
from pellucid.formats.span import Data, take, unpack

MAGIC = b"MSCF\0\0\0\0"
HEADER = Struct("<4s4xI4xI4x2B5H")
FOLDER = Struct("<I2H")
FILE = Struct("<2I4H")
BLOCK = Struct("<I2H")
HAS_PREVIOUS, HAS_NEXT, HAS_RESERVE = 1, 2, 4
STORED, MSZIP, QUANTUM, LZX = 0, 1, 2, 3
METHODS = {STORED: "none", MSZIP: "MSZIP", QUANTUM: "Quantum", LZX: "LZX"}
CONTINUED = range(0xFFFD, 0x10000)
NAME_IS_UTF8 = 0x80
LONGEST_NAME = 1024
BLOCK_OUTPUT = 1 << 15


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """`blocks` data blocks from the offset `at`."""

    at: int
    blocks: int
    method: int


class File(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is the offset in what comes out of the folder with the number `folder`."""

    name: str
    folder: int
    at: int
    size: int
    mtime: int | None


class Cabinet(msgspec.Struct, frozen=True, kw_only=True):
    """`number` counts within a set of cabinets, `neighbours` are the files before and after this one."""

    length: int
    version: str
    number: int
    neighbours: dict[str, str]
    block_reserve: int
    folders: list[Folder]
    files_at: int
    files: int

    @property
    def methods(self) -> set[int]:
        return {folder.method for folder in self.folders}


def read(data: Data, start: int = 0) -> Cabinet:
    """The header and the folders of the cabinet at `start`; offsets are those in the data."""
    magic, length, files_at, minor, major, folders, files, flags, _, number = unpack(HEADER, data, start)
    if magic != MAGIC[:4] or data[start + 4 : start + 8] != MAGIC[4:] or (major, minor) != (1, 3):
        raise Malformed("no cabinet")
    if not folders or not HEADER.size < files_at < length or flags > 7:
        raise Malformed("a cabinet with an impossible header")
    at, folder_reserve, block_reserve = start + HEADER.size, 0, 0
    if flags & HAS_RESERVE:
        sizes = take(data, at, 4)
        folder_reserve, block_reserve = sizes[2], sizes[3]
        at += 4 + int.from_bytes(sizes[:2], "little")
    neighbours = {}
    for flag, label in ((HAS_PREVIOUS, "previousCabinet"), (HAS_NEXT, "nextCabinet")):
        if flags & flag:
            neighbours[label], at = _text(data, at)
            _, at = _text(data, at)
    found = []
    for _ in range(folders):
        first, blocks, method = unpack(FOLDER, data, at)
        if first >= length:
            raise Malformed("a folder of the cabinet lies outside of it")
        found.append(Folder(at=start + first, blocks=blocks, method=method & 0x0F))
        at += FOLDER.size + folder_reserve
    return Cabinet(
        length=length,
        version=f"{major}.{minor}",
        number=number,
        neighbours=neighbours,
        block_reserve=block_reserve,
        folders=found,
        files_at=start + files_at,
        files=files,
    )


def members(data: Data, cabinet: Cabinet) -> Members:
    """Every file, folder by folder; those that lie partly in another cabinet of a set are counted."""
    by_folder: dict[int, list[File]] = {}
    elsewhere, failure = 0, None
    try:
        for file in _files(data, cabinet):
            if file.folder in CONTINUED:
                elsewhere += 1
            else:
                by_folder.setdefault(file.folder, []).append(file)
    except Malformed as error:
        failure = error
    for number, files in sorted(by_folder.items()):
        if number >= len(cabinet.folders):
            yield Malformed(f"{len(files)} files are in a folder that is not there")
        else:
            yield from _folder(data, cabinet, number, sorted(files, key=lambda file: file.at))
    if elsewhere:
        yield Unsupported(f"{elsewhere} files lie partly in another cabinet of the set")
    if failure:
        yield failure


def _files(data: Data, cabinet: Cabinet) -> Iterator[File]:
    at = cabinet.files_at
    for _ in range(cabinet.files):
        size, offset, folder, date, time, attributes = unpack(FILE, data, at)
        end = data.find(b"\0", at + FILE.size, at + FILE.size + LONGEST_NAME)
        if end < 0:
            raise Malformed("the name of a file does not end")
        name = data[at + FILE.size : end]
        at = end + 1
        yield File(
            name=_decoded(name, utf8=bool(attributes & NAME_IS_UTF8)).replace("\\", "/"),
            folder=folder,
            at=offset,
            size=size,
            mtime=dos_time.seconds(date, time),
        )


def _folder(data: Data, cabinet: Cabinet, number: int, files: list[File]) -> Members:
    folder = cabinet.folders[number]
    if folder.method not in (STORED, MSZIP):
        method = METHODS.get(folder.method, str(folder.method))
        yield Unsupported(f"{len(files)} files of folder {number}: the method {method} cannot be read")
        return
    source = Pulled(_unpacked(data, cabinet, folder))
    for done, file in enumerate(files):
        if not file.size:
            yield Member(name=file.name, mtime=file.mtime)
            continue
        if file.at < source.position:
            yield Malformed(f"{file.name[:200]}: it overlaps another file and was not unpacked")
            continue
        try:
            source.skip(file.at - source.position)
            part = source.part(file.size)
            yield Member(name=file.name, chunks=part, mtime=file.mtime)
            part.skip()
        except Malformed as error:
            yield type(error)(f"{len(files) - done} files of folder {number}, from {file.name[:200]}: {error.message}")
            return


def _unpacked(data: Data, cabinet: Cabinet, folder: Folder) -> Iterator[bytes]:
    """What comes out of a folder: 32 KiB from each block, which may refer to what the one before gave."""
    at, window = folder.at, b""
    for _ in range(folder.blocks):
        checksum, packed, size = unpack(BLOCK, data, at)
        begin = at + BLOCK.size + cabinet.block_reserve
        content = take(data, begin, packed)
        if checksum and not cabinet.block_reserve and checksum != _checksum(content) ^ packed ^ size << 16:
            raise Malformed("the checksum of a block differs")
        if size > BLOCK_OUTPUT:
            raise Malformed("a block is too large")
        if not size:
            raise Unsupported("the folder goes on in another cabinet of the set")
        if folder.method == MSZIP:
            content = _inflated(content, size, window)
            window = (window + content)[-BLOCK_OUTPUT:]
        if len(content) != size:
            raise Malformed("a block does not unpack to its size")
        yield content
        at = begin + packed


def _inflated(content: bytes, size: int, window: bytes) -> bytes:
    if content[:2] != b"CK":
        raise Malformed("a block of MSZIP does not begin like one")
    engine = zlib.decompressobj(-zlib.MAX_WBITS, zdict=window)
    try:
        return engine.decompress(content[2:], size)
    except zlib.error as error:
        raise Malformed(f"the compressed data is damaged: {error}") from None


def _checksum(content: bytes) -> int:
    """Exclusive or of all words; of the last one, when it is cut, the bytes stand in the opposite order.

    The words are folded onto each other by halves: many at a time.
    """
    whole = len(content) & ~3
    rest = int.from_bytes(content[whole:], "big")
    value, length = int.from_bytes(content[:whole], "little"), whole // 4
    while length > 1:
        half = length // 2
        value = (value >> 32 * (length - half)) ^ (value & (1 << 32 * (length - half)) - 1)
        length -= half
    return value ^ rest


def _text(data: Data, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at, at + LONGEST_NAME)
    if end < 0:
        raise Truncated("a text in the header does not end")
    return _decoded(data[at:end], utf8=True), end + 1


def _decoded(name: bytes, *, utf8: bool) -> str:
    """UTF-8 where it is said, or looks like it; else the code page of Western Windows."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("utf-8", "backslashreplace") if utf8 else name.decode("cp1252", "backslashreplace")
