"""The header of a 7z archive, and its files with what is in them (7zFormat.txt)."""

import stat
import zlib
from collections.abc import Iterator, Sequence
from struct import Struct

import msgspec

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats import windows_time
from pellucid.formats.member import KINDS, LONGEST_TARGET, Member, Members
from pellucid.formats.pulled import Part, Pulled
from pellucid.formats.sevenzip import coders, streams
from pellucid.formats.sevenzip.fields import Fields
from pellucid.formats.sevenzip.streams import Folder, Streams
from pellucid.formats.span import Data, take, unpack

MAGIC = b"7z\xbc\xaf\x27\x1c"
SIGNATURE = Struct("<6s2BIQQI")
HEADER, ENCODED_HEADER = 0x01, 0x17
EMPTY_STREAM, EMPTY_FILE, ANTI, NAMES = 0x0E, 0x0F, 0x10, 0x11
MODIFIED, ATTRIBUTES, DUMMY = 0x14, 0x15, 0x19
MOST_ENCODED = 4
LARGEST_HEADER = 64 << 20
# Only what came from a pipe has none, and that is one file; a bit of each would otherwise do for a million.
MOST_NAMELESS = 1000
DIRECTORY_ATTRIBUTE, UNIX_ATTRIBUTE = 0x10, 0x8000


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """The signature header: the version, and where the header at the end lies."""

    version: str
    header_at: int
    header_size: int
    digest: int
    base: int

    @property
    def end(self) -> int:
        return self.header_at + self.header_size


class File(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the header; without `has_stream` it has no bytes."""

    name: str
    has_stream: bool
    kind: EntryKind
    mode: int | None
    mtime: int | None
    anti: bool


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """What the header says; `base` is the offset from which packed streams are counted."""

    base: int
    streams: Streams = msgspec.field(default_factory=Streams)
    files: Sequence[File] = ()

    @property
    def methods(self) -> list[str]:
        """What the folders are packed with, each once."""
        used = (coders.name(coder.method) for folder in self.streams.folders for coder in folder.coders)
        return sorted(set(used))


def start_at(data: Data, start: int) -> Start:
    """The signature header at `start`, its checksum verified."""
    magic, major, minor, checksum, offset, size, digest = unpack(SIGNATURE, data, start)
    if magic != MAGIC or major or zlib.crc32(data[start + 12 : start + 32]) != checksum:
        raise Malformed("no 7z archive")
    base = start + SIGNATURE.size
    return Start(version=f"{major}.{minor}", header_at=base + offset, header_size=size, digest=digest, base=base)


def read(data: Data, start: int = 0) -> Archive:
    """The archive at `start`. Raises Truncated when its header, which stands at the end, is cut off."""
    found = start_at(data, start)
    if not found.header_size:
        return Archive(base=found.base)
    if found.header_size > LARGEST_HEADER:
        raise Unsupported("the header of the archive is too large")
    if found.end > len(data):
        raise Truncated("the header, which stands at the end of the archive, is missing")
    header = take(data, found.header_at, found.header_size)
    digest: int | None = found.digest
    for _ in range(MOST_ENCODED):
        if digest is not None and zlib.crc32(header) != digest:
            raise Malformed("the checksum of the header differs")
        fields = Fields(header)
        kind = fields.byte()
        if kind == HEADER:
            return _header(fields, found.base)
        if kind != ENCODED_HEADER:
            break
        (folder, *_) = streams.read(fields).folders or (None,)
        if folder is None or folder.size > LARGEST_HEADER:
            break
        header = b"".join(coders.unpacked(data, found.base, folder))
        digest = folder.digest
    raise Malformed("the header of the archive is damaged")


def _header(fields: Fields, base: int) -> Archive:
    found, files, seen = Streams(), list[File](), set[int]()
    while (section := fields.section(seen, streams.END)) != streams.END:
        if section == streams.ARCHIVE_PROPERTIES:
            while fields.byte() != streams.END:
                fields.take(fields.number())
        elif section == streams.MAIN_STREAMS:
            found = streams.read(fields)
        elif section == streams.FILES:
            files = _files(fields)
        else:
            raise Malformed(f"the header of the archive has an unknown section {section:#x}")
    return Archive(base=base, streams=found, files=files)


def _files(fields: Fields) -> list[File]:
    count, seen = fields.count(), set[int]()
    without_stream = empty = anti = [False] * count
    names, times, attributes = [""] * count, list[int | None]([None]) * count, list[int | None]([None]) * count
    while (section := fields.section(seen, streams.END, DUMMY)) != streams.END:
        own = Fields(fields.take(fields.number()))
        if section == EMPTY_STREAM:
            without_stream = own.bits(count)
        elif section == EMPTY_FILE:
            empty = _spread(own.bits(sum(without_stream)), without_stream)
        elif section == ANTI:
            anti = _spread(own.bits(sum(without_stream)), without_stream)
        elif section == NAMES:
            names = _names(own, count)
        elif section == MODIFIED:
            times = own.times(count)
        elif section == ATTRIBUTES:
            attributes = own.attributes(count)
    if NAMES not in seen and count > MOST_NAMELESS:
        raise Malformed("files without names")
    rows = zip(names, without_stream, empty, attributes, times, anti, strict=True)
    return [
        File(
            name=name,
            has_stream=not streamless,
            kind=_kind(attribute, streamless=streamless, empty=is_empty),
            mode=_mode(attribute),
            mtime=windows_time.seconds(time),
            anti=is_anti,
        )
        for name, streamless, is_empty, attribute, time, is_anti in rows
    ]


def _spread(bits: list[bool], where: list[bool]) -> list[bool]:
    """Bits that are only there for some files, for all."""
    values = iter(bits)
    return [next(values) if there else False for there in where]


def _names(fields: Fields, count: int) -> list[str]:
    fields.inside()
    text = fields.take(fields.left).decode("utf-16-le", "backslashreplace")
    names = text.split("\0")
    if len(names) <= count:
        raise Malformed("the names of the files are not complete")
    return names[:count]


def _kind(attribute: int | None, *, streamless: bool, empty: bool) -> EntryKind:
    if attribute is not None and attribute & UNIX_ATTRIBUTE and attribute >> 28:
        kind = KINDS.get(stat.S_IFMT(attribute >> 16), EntryKind.FILE)
        if kind is not EntryKind.DIRECTORY or streamless:
            return kind
    if streamless and (not empty or (attribute or 0) & DIRECTORY_ATTRIBUTE):
        return EntryKind.DIRECTORY
    return EntryKind.FILE


def _mode(attribute: int | None) -> int | None:
    has_mode = attribute is not None and attribute & UNIX_ATTRIBUTE
    return stat.S_IMODE(attribute >> 16) if has_mode and attribute is not None else None


def members(data: Data, archive: Archive) -> Members:
    """Every file, folder by folder; of one that cannot be read it is said how many files are lost."""
    waiting = iter([file for file in archive.files if not file.anti])
    for number, (folder, parts) in enumerate(zip(archive.streams.folders, archive.streams.parts, strict=True)):
        files: list[File] = []
        for file in waiting if parts else ():
            if not file.has_stream:
                yield _empty(file)
                continue
            files.append(file)
            if len(files) == len(parts):
                break
        if len(files) < len(parts):
            yield Malformed("there are more packed files than names")
        yield from _folder(data, archive.base, number, folder, list(zip(files, parts, strict=False)))
    for file in waiting:
        yield Malformed(f"{file.name[:200]}: it is in no folder") if file.has_stream else _empty(file)


def _empty(file: File) -> Member:
    return Member(name=file.name, kind=file.kind, mode=file.mode, mtime=file.mtime)


def _folder(
    data: Data, base: int, number: int, folder: Folder, files: list[tuple[File, tuple[int, int | None]]]
) -> Members:
    try:
        solid = _Solid(coders.unpacked(data, base, folder))
    except Malformed as error:
        yield type(error)(f"{len(files)} files of folder {number}: {error.message}")
        return
    for done, (file, (size, digest)) in enumerate(files, 1):
        part = solid.source.part(size)
        content = solid.checked(part, digest)
        try:
            if file.kind is EntryKind.SYMLINK and size <= LONGEST_TARGET:
                target = b"".join(content)
                yield Member(name=file.name, kind=file.kind, target=target, mode=file.mode, mtime=file.mtime)
            else:
                yield Member(name=file.name, chunks=content, mode=file.mode, mtime=file.mtime)
            solid.skip(part)
        except Malformed as error:
            yield type(error)(f"{file.name[:200]}: {error.message}")
        if solid.broken:
            if done < len(files):
                lost = f"{len(files) - done} more files of folder {number} cannot be read"
                yield type(solid.broken)(f"{lost}: {solid.broken.message}")
            return


class _Solid:
    """The stream of a folder, and whether it can be read on."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.source = Pulled(chunks)
        self.broken: Malformed | None = None

    def checked(self, part: Part, digest: int | None) -> Iterator[bytes]:
        """The bytes of one file."""
        checksum = 0
        try:
            for chunk in part:
                checksum = zlib.crc32(chunk, checksum)
                yield chunk
        except Malformed as error:
            self.broken = error
            raise
        if digest is not None and checksum != digest:
            raise Malformed("the checksum of a file differs")

    def skip(self, part: Part) -> None:
        """Pass over what of a file was not read."""
        if self.broken:
            return
        try:
            part.skip()
        except Malformed as error:
            self.broken = error
            raise
