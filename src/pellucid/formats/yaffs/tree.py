"""The tree of a YAFFS: its pages in the order in which they were written, of which the latest count."""

import stat
from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed, Truncated
from pellucid.formats import devices, span
from pellucid.formats.flash_tree import LOST_NAME, FlashNode, FlashTree
from pellucid.formats.member import Members, kind_of
from pellucid.formats.span import Data
from pellucid.formats.yaffs.layout import (
    DELETED,
    ERASED,
    FILE,
    FOLDER,
    HARDLINK,
    HEADER_SIZE,
    LOST_AND_FOUND,
    ROOT,
    SYMLINK,
    UNLINKED,
    Chunk,
    Layout,
    chunks,
)

HEADER_FIELDS = "II2x256s2xIIIIIIIi160sI24xIIIIiI"
KINDS = {FILE: EntryKind.FILE, SYMLINK: EntryKind.SYMLINK, FOLDER: EntryKind.DIRECTORY}
MOST_KEPT_PROBLEMS = 101


class Header(msgspec.Struct, frozen=True):
    """What the header of an object says."""

    type: int
    parent: int
    name: bytes
    mode: int
    uid: int
    gid: int
    mtime: int
    size: int
    same_as: int
    target: bytes
    device: int
    shadows: int
    shrinks: bool


class Object(msgspec.Struct):
    """`pages` by their number, `size` as the header and what was written since say."""

    header: Header | None = None
    size: int = 0
    serial: int = 0
    pages: dict[int, Chunk] = msgspec.field(default_factory=dict)


class Yaffs(FlashTree):
    """Every name and file of an image that begins at the start of `data`."""

    def __init__(self, data: Data, layout: Layout) -> None:
        self._data = data
        self._layout = layout
        self._header = Struct(layout.order + HEADER_FIELDS)
        self._objects: dict[int, Object] = {}
        self._problems: list[Malformed] = []
        self._replay()
        super().__init__(self._named(), ROOT)

    @property
    def count(self) -> int:
        """How many objects there are, also deleted ones."""
        return len(self._objects)

    def everything(self) -> Members:
        """What was damaged first, then all entries."""
        yield from self._problems
        yield from super().everything()

    def inode(self, number: int) -> FlashNode:
        """The object `number`."""
        found = self._objects.get(number)
        if found is None or found.header is None:
            raise Malformed(f"object {number} is not there")
        header = found.header
        return FlashNode(
            kind=KINDS.get(header.type) or kind_of(header.mode),
            size=found.size,
            mode=stat.S_IMODE(header.mode),
            uid=header.uid,
            gid=header.gid,
            mtime=header.mtime,
            links=self.links(number),
            device=devices.wide(header.device),
            number=number,
        )

    def target(self, node: FlashNode) -> bytes:
        """What a symbolic link points to stands in its header."""
        found = self._objects[node.number].header
        return found.target if found else b""

    def content(self, node: FlashNode) -> Iterator[span.Chunk]:
        """The bytes of a file; what was never written reads as zeros."""
        payload = self._layout.payload
        position = 0
        for number, page in sorted(self._objects[node.number].pages.items()):
            begin = (number - 1) * payload
            if begin >= node.size:
                break
            yield from span.zeros(begin - position)
            length = min(page.length, node.size - begin)
            raw = self._data[page.at : page.at + length]
            if len(raw) < length:
                raise Truncated("a page is cut off")
            yield raw
            position = begin + length
        yield from span.zeros(node.size - position)

    def _replay(self) -> None:
        """Read all pages and apply them from the oldest to the newest."""
        found: list[Chunk] = []
        for item in chunks(self._data, self._layout):
            if isinstance(item, Chunk):
                found.append(item)
            else:
                self._problem(item)
        found.sort(key=lambda item: (item.sequence, item.at))
        for item in found:
            try:
                self._apply(item)
            except Malformed as error:
                self._problem(type(error)(f"object {item.object}: {error.message}"))

    def _problem(self, error: Malformed) -> None:
        if len(self._problems) < MOST_KEPT_PROBLEMS:
            self._problems.append(error)

    def _apply(self, item: Chunk) -> None:
        this = self._objects.setdefault(item.object, Object())
        if item.number:
            if self._superseded(this.pages.get(item.number), item):
                return
            this.pages[item.number] = item
            if self._layout.version != 1:
                this.size = max(this.size, (item.number - 1) * self._layout.payload + item.length)
            return
        if self._layout.version == 1 and this.header and item.serial != this.serial + 1 & 3:
            return
        header = this.header = self._read(item.at)
        this.serial, this.size = item.serial, header.size if header.type == FILE else 0
        if header.parent in (UNLINKED, DELETED):
            this.pages.clear()
        elif header.shrinks:
            last = -(-header.size // self._layout.payload)
            this.pages = {number: page for number, page in this.pages.items() if number <= last}
        if header.shadows > 0 and header.shadows != item.object:
            self._objects.pop(header.shadows, None)

    def _superseded(self, old: Chunk | None, new: Chunk) -> bool:
        """Whether the later page of two is the older version, which only YAFFS 1 has to tell by a count to 3."""
        return self._layout.version == 1 and old is not None and new.serial != old.serial + 1 & 3

    def _read(self, at: int) -> Header:
        fields = self._header.unpack(span.take(self._data, at, HEADER_SIZE))
        kind, parent, name, mode, uid, gid, _, mtime, _, size, same, alias, device, *rest = fields
        _, _, high, _, shadows, shrinks = rest
        if size == ERASED:
            size, high = 0, 0
        return Header(
            type=kind,
            parent=parent,
            name=name.partition(b"\0")[0],
            mode=mode,
            uid=uid,
            gid=gid,
            mtime=mtime,
            size=size | (high << 32 if high != ERASED else 0),
            same_as=same,
            target=alias.partition(b"\0")[0],
            device=device,
            shadows=shadows,
            shrinks=shrinks == 1,
        )

    def _named(self) -> dict[int, dict[bytes, int]]:
        """By folder, the names that are left once deleted objects are gone."""
        names: dict[int, dict[bytes, int]] = {ROOT: {}}
        for number, this in self._objects.items():
            header = this.header
            if number == ROOT or header is None:
                continue
            if header.type == FOLDER and header.parent not in (UNLINKED, DELETED):
                names.setdefault(number, {})
            if header.parent not in (UNLINKED, DELETED) and header.name:
                shown = header.same_as if header.type == HARDLINK else number
                names.setdefault(header.parent, {})[header.name] = shown
        if names.get(LOST_AND_FOUND) and LOST_NAME not in names[ROOT]:
            names[ROOT][LOST_NAME] = LOST_AND_FOUND
        return names
