"""Which packed streams a 7z archive has, how folders of coders unpack them, and into what parts (7zFormat.txt)."""

from collections.abc import Sequence

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.sevenzip.fields import Fields

END, ARCHIVE_PROPERTIES, MAIN_STREAMS, FILES = 0x00, 0x02, 0x04, 0x05
PACK_INFO, FOLDERS, PARTS, SIZES, DIGESTS = 0x06, 0x07, 0x08, 0x09, 0x0A
FOLDER, FOLDER_SIZES, PART_COUNTS = 0x0B, 0x0C, 0x0D
MOST_CODERS = 32
COMPLEX, PROPERTIES = 0x10, 0x20


class Coder(msgspec.Struct, frozen=True, kw_only=True):
    """`inputs` packed streams go in, one unpacked stream of `size` bytes comes out."""

    method: bytes
    properties: bytes
    inputs: int
    size: int = 0


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """Coders and how they are bound: `bound` gives for an input the coder whose output it takes.

    `packed` gives for any other input the place and the size of a packed stream. Inputs are counted through all
    coders, `first` is each coder's first one.
    """

    coders: Sequence[Coder]
    first: Sequence[int]
    bound: dict[int, int]
    free: Sequence[int]
    last: int
    packed: dict[int, tuple[int, int]] = msgspec.field(default_factory=dict)
    digest: int | None = None

    @property
    def size(self) -> int:
        return self.coders[self.last].size


class Streams(msgspec.Struct, frozen=True, kw_only=True):
    """The folders, and for each the (size, CRC-32) of the parts of what comes out of it."""

    folders: Sequence[Folder] = ()
    parts: Sequence[Sequence[tuple[int, int | None]]] = ()


class _Read(msgspec.Struct, kw_only=True):
    at: int = 0
    sizes: list[int] = msgspec.field(default_factory=list)
    folders: list[Folder] = msgspec.field(default_factory=list)
    parts: list[list[tuple[int, int | None]]] | None = None


def read(fields: Fields) -> Streams:
    """The streams of a header; offsets of packed streams are from the end of the signature header."""
    found, seen = _Read(), set[int]()
    while (section := fields.section(seen, END)) != END:
        if section == PACK_INFO:
            _packed(fields, found)
        elif section == FOLDERS:
            _folders(fields, found)
        elif section == PARTS:
            found.parts = _parts(fields, found.folders)
        else:
            raise Malformed(f"the header of the archive has an unknown section {section:#x}")
    parts = found.parts
    if parts is None:
        parts = [[(folder.size, folder.digest)] for folder in found.folders]
    return Streams(folders=_placed(found), parts=parts)


def _packed(fields: Fields, found: _Read) -> None:
    found.at = fields.number()
    count = fields.count()
    while (section := fields.byte()) != END:
        if section == SIZES:
            found.sizes = [fields.number() for _ in range(count)]
        elif section == DIGESTS:
            fields.digests(count)
        else:
            raise Malformed("the sizes of the packed streams are damaged")


def _folders(fields: Fields, found: _Read) -> None:
    if fields.byte() != FOLDER:
        raise Malformed("the list of folders is damaged")
    count = fields.count()
    fields.inside()
    folders = [_folder(fields) for _ in range(count)]
    if fields.byte() != FOLDER_SIZES:
        raise Malformed("the sizes of the folders are missing")
    folders = [_with(folder, [fields.number() for _ in folder.coders], None) for folder in folders]
    while (section := fields.byte()) != END:
        if section != DIGESTS:
            raise Malformed("the list of folders is damaged")
        digests = fields.digests(count)
        folders = [_with(folder, None, digest) for folder, digest in zip(folders, digests, strict=True)]
    found.folders = folders


def _with(folder: Folder, sizes: Sequence[int] | None, digest: int | None) -> Folder:
    coders = folder.coders
    if sizes is not None:
        coders = [
            Coder(method=coder.method, properties=coder.properties, inputs=coder.inputs, size=size)
            for coder, size in zip(coders, sizes, strict=True)
        ]
    return Folder(
        coders=coders,
        first=folder.first,
        bound=folder.bound,
        free=folder.free,
        last=folder.last,
        digest=digest,
    )


def _folder(fields: Fields) -> Folder:
    coders, first, inputs = [], [], 0
    count = fields.count(MOST_CODERS)
    for _ in range(count):
        flags = fields.byte()
        method = fields.take(flags & 0x0F)
        taken, given = (fields.count(MOST_CODERS), fields.count(MOST_CODERS)) if flags & COMPLEX else (1, 1)
        properties = fields.take(fields.number()) if flags & PROPERTIES else b""
        if flags & 0xC0 or given != 1 or not taken:
            raise Malformed("a coder that gives other than one stream")
        coders.append(Coder(method=method, properties=properties, inputs=taken))
        first.append(inputs)
        inputs += taken
    bound = {}
    for _ in range(count - 1):
        taken, given = fields.number(), fields.number()
        if taken >= inputs or given >= count or taken in bound:
            raise Malformed("the coders of a folder are bound in an impossible way")
        bound[taken] = given
    last = set(range(count)) - set(bound.values())
    if len(last) != 1:
        raise Malformed("the coders of a folder are bound in an impossible way")
    free = [number for number in range(inputs) if number not in bound]
    if len(free) > 1:
        free = [fields.number() for _ in free]
    return Folder(coders=coders, first=first, bound=bound, free=free, last=last.pop())


def _parts(fields: Fields, folders: Sequence[Folder]) -> list[list[tuple[int, int | None]]]:
    """The parts of each folder. A CRC that the folder has is not repeated for its only part."""
    counts = [1] * len(folders)
    section = fields.byte()
    if section == PART_COUNTS:
        counts = [fields.count() for _ in folders]
        section = fields.byte()
    sizes = [[0] * 0 for _ in folders]
    stated = section == SIZES
    for number, folder in enumerate(folders):
        if counts[number]:
            given = [fields.number() for _ in range(counts[number] - 1)] if stated else []
            sizes[number] = [*given, folder.size - sum(given)]
            if len(sizes[number]) != counts[number] or sizes[number][-1] < 0:
                raise Malformed("the sizes of the files are not those of their folder")
    section = fields.byte() if stated else section
    known = [count == 1 and folder.digest is not None for count, folder in zip(counts, folders, strict=True)]
    digests: list[int | None] = []
    while section != END:
        if section != DIGESTS:
            raise Malformed("the sizes of the files are damaged")
        digests = fields.digests(sum(count for count, has in zip(counts, known, strict=True) if not has))
        section = fields.byte()
    waiting = iter(digests)
    return [
        [(size, folder.digest if has else next(waiting, None)) for size in own]
        for folder, own, has in zip(folders, sizes, known, strict=True)
    ]


def _placed(found: _Read) -> list[Folder]:
    """The folders with the places of their packed streams, which lie one behind the other."""
    at, sizes, placed = found.at, iter(found.sizes), []
    for folder in found.folders:
        packed = {}
        for number in folder.free:
            size = next(sizes, None)
            if size is None:
                raise Malformed("a packed stream is missing")
            packed[number] = (at, size)
            at += size
        placed.append(
            Folder(
                coders=folder.coders,
                first=folder.first,
                bound=folder.bound,
                free=folder.free,
                last=folder.last,
                packed=packed,
                digest=folder.digest,
            )
        )
    return placed
