"""Files and folders of a disc, with the best names and attributes that it has."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import structs

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed, Unsupported
from pellucid.formats import devices
from pellucid.formats.folders import Folder, walk
from pellucid.formats.iso9660 import records, rock_ridge, zisofs
from pellucid.formats.iso9660.records import Record
from pellucid.formats.iso9660.rock_ridge import Attributes
from pellucid.formats.iso9660.volume import SECTOR, Volume
from pellucid.formats.member import Member, Members, kind_of
from pellucid.formats.span import Chunk, Data, pieces

ROCK_RIDGE, JOLIET, PLAIN = "Rock Ridge", "Joliet", "ISO 9660"


_Folder = Folder[str | bytes, tuple[int, int]]
"""With its first block and its size."""


class Tree(msgspec.Struct, kw_only=True):
    """What is to be known while walking; `starts` are offsets of files that were seen, `marks` facts to add to them.

    `names` says whose names they are. `skip` bytes stand in front of what Rock Ridge says.
    """

    data: Data
    volume: Volume
    names: str
    skip: int = 0
    marks: Mapping[int, Mapping[str, str]] = msgspec.field(default_factory=dict)
    starts: set[int] = msgspec.field(default_factory=set)
    _linked: dict[tuple[int, int], str | bytes] = msgspec.field(default_factory=dict)
    _left: int = 0

    def members(self) -> Members:
        """Everything, parents first."""
        root = records.parse(self.volume.joliet_root if self.names == JOLIET else self.volume.root)
        self._left = len(self.data)
        top: str | bytes = b"" if self.names == ROCK_RIDGE else ""
        yield from walk(Folder(top, root.block, root.extents[0]), self._listing)

    def _listing(self, folder: _Folder) -> Iterator[Member | Malformed | _Folder]:
        """The members in one folder, and the folders among them to go into."""
        block, size = folder.node
        self._left -= size
        if self._left < 0:
            raise Malformed("folders are larger than the disc")
        for record in records.listing(self.data, block * self.volume.block, size):
            if record.name in (records.SELF, records.PARENT) or record.flags & records.ASSOCIATED:
                continue
            attributes = Attributes()
            try:
                if self.names == ROCK_RIDGE:
                    attributes = rock_ridge.read(self.data, self.volume.block, record.area[self.skip :])
                if attributes.relocated:
                    continue
                path = self._path(folder.path, record, attributes)
                target = self._relocated(record, attributes) if attributes.child else record
                yield self._member(path, target, attributes)
            except Malformed as error:
                yield type(error)(f"{_text(folder.path)}/{_text(record.name)}: {error.message}")
                continue
            if target.folder:
                yield Folder(path, target.block, (target.block, target.size))

    def _path(self, above: str | bytes, record: Record, attributes: Attributes) -> str | bytes:
        if isinstance(above, bytes):
            name = attributes.name or records.plain_name(record.name).encode()
            return above + b"/" + name if above else name
        text = records.joliet_name(record.name) if self.names == JOLIET else records.plain_name(record.name)
        return f"{above}/{text}" if above else text

    def _relocated(self, record: Record, attributes: Attributes) -> Record:
        """The folder that stands deeper than ISO 9660 allows: its own first record says how long it is."""
        own = next(records.listing(self.data, attributes.child * self.volume.block, SECTOR), None)
        if own is None:
            raise Malformed("there is no folder in the place to which it was moved")
        return structs.replace(record, flags=records.FOLDER, extents=((attributes.child, own.size),))

    def _member(self, path: str | bytes, record: Record, attributes: Attributes) -> Member:
        kind = EntryKind.DIRECTORY if record.folder else EntryKind.FILE
        if attributes.mode is not None:
            kind = kind_of(attributes.mode)
            if record.folder != (kind is EntryKind.DIRECTORY):
                raise Malformed("it is a folder by one account only")
        target: str | bytes = attributes.target if kind is EntryKind.SYMLINK else ""
        facts = devices.facts(kind, attributes.device)
        if kind is EntryKind.FILE:
            at = record.block * self.volume.block
            self.starts.add(at)
            facts |= self.marks.get(at, {})
            first = self._first_name(path, record, attributes)
            if first is not None:
                kind, target = EntryKind.HARDLINK, first
        return Member(
            name=path,
            kind=kind,
            chunks=self._content(record, attributes) if kind is EntryKind.FILE else (),
            target=target,
            mode=None if attributes.mode is None else attributes.mode & 0o7777,
            uid=attributes.uid,
            gid=attributes.gid,
            mtime=record.mtime if attributes.mtime is None else attributes.mtime,
            facts=facts,
        )

    def _first_name(self, path: str | bytes, record: Record, attributes: Attributes) -> str | bytes | None:
        """The name under which the same file was seen before."""
        if attributes.links < 2 or not attributes.serial:
            return None
        first = self._linked.setdefault((attributes.serial, record.block), path)
        return None if first == path else first

    def _content(self, record: Record, attributes: Attributes) -> Iterator[Chunk]:
        if attributes.sparse:
            raise Unsupported("sparse files of Rock Ridge are not read")
        if attributes.zisofs is not None:
            yield from zisofs.unpacked(self.data, record.block * self.volume.block, record.size)
            return
        for block, size in record.extents:
            yield from pieces(self.data, block * self.volume.block, size)


def tree(data: Data, volume: Volume, marks: Mapping[int, Mapping[str, str]]) -> Tree:
    """The tree with the best names: those of Rock Ridge, else of Joliet, else of ISO 9660."""
    root = records.parse(volume.root)
    skip = None
    for record in records.listing(data, root.block * volume.block, min(root.size, SECTOR)):
        skip = rock_ridge.skip_of(record.area)
        break
    names = ROCK_RIDGE if skip is not None else JOLIET if volume.joliet_root else PLAIN
    return Tree(data=data, volume=volume, names=names, skip=skip or 0, marks=marks)


def _text(name: str | bytes) -> str:
    return (name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else name)[:200]
