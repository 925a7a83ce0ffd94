"""The files of an NTFS: every record tells its names and folders, so no folder needs to be read."""

from collections.abc import Iterator
from itertools import groupby
from struct import Struct

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats.inode_tree import Node, Tree
from pellucid.formats.member import Members
from pellucid.formats.ntfs import record
from pellucid.formats.ntfs.links import interix, reparse
from pellucid.formats.ntfs.record import Attribute
from pellucid.formats.ntfs.table import Table
from pellucid.formats.ntfs.volume import Volume
from pellucid.formats.span import Chunk, Data

ROOT, FIRST_FILE = 5, 12
VOLUME_RECORD, DIRTY = 3, 1
TIMES = Struct("<8xQ16xI")
EPOCH, PER_SECOND = 11_644_473_600, 10_000_000
READ_ONLY, HIDDEN, SYSTEM = 1, 2, 4
LARGEST_SPECIAL = 1 << 16


class File(Node, frozen=True, kw_only=True):
    """`parts` are those of the content, `link` the target of a symbolic link; `number` that of its record."""

    number: int
    parts: list[Attribute]
    link: bytes
    failure: Malformed | None


class NtfsTree(Tree[int, File]):
    """One volume; keys are numbers of records."""

    def __init__(self, data: Data, volume: Volume) -> None:
        self._table = Table(data, volume)
        self._children: dict[int, list[tuple[bytes, int]]] = {}

    def all_members(self) -> Members:
        """Every entry below the root. The volume's own files, such as its journal, are left out."""
        damaged = lost = 0
        sequences: dict[int, int] = {}
        named: list[tuple[int, int, bytes, int]] = []
        for number, raw in self._table:
            try:
                found = record.parse(raw)
            except Malformed:
                damaged += 1
                continue
            if found.flags & record.FOLDER:
                sequences[number] = found.sequence
            if number >= FIRST_FILE:
                named += ((*name, number if found.base is None else found.base) for name in record.names(found))
        for parent, sequence, name, number in named:
            if sequences.get(parent) == sequence:
                self._children.setdefault(parent, []).append((name, number))
            else:
                lost += 1
        yield from self.members(ROOT)
        if self._table.missing:
            yield Truncated(f"{self._table.missing} records of the file table cannot be read")
        if damaged:
            yield Malformed(f"{damaged} records of the file table are damaged")
        if lost:
            yield Malformed(f"{lost} names are in no folder")

    def facts(self) -> dict[str, str]:
        """What the volume says of itself: its label, the version of its format, whether it was left in use."""
        found: dict[str, str] = {}
        try:
            attributes = self._table.record(VOLUME_RECORD).attributes
        except Malformed:
            return found
        for item in attributes:
            if item.kind == record.VOLUME_NAME and item.value and item.resident:
                found["label"] = item.value.decode("utf-16-le", "replace")
            elif item.kind == record.VOLUME_STATE and item.resident and len(item.value) >= 12:
                found["version"] = f"{item.value[8]}.{item.value[9]}"
                if item.value[10] & DIRTY:
                    found["state"] = "was not closed: the latest changes may be missing"
        return found

    def node(self, key: int) -> File:
        base = self._table.record(key)
        attributes = self._table.attributes(base)
        head = next((item.value for item in attributes if item.kind == record.STANDARD), b"")
        time, flags = TIMES.unpack_from(head) if len(head) >= TIMES.size else (0, 0)
        streams = _streams(attributes)
        parts = streams.pop("", [])
        kind = EntryKind.DIRECTORY if base.flags & record.FOLDER else EntryKind.FILE
        link, failure, facts = b"", None, _shown(flags)
        try:
            found = self._special(attributes, parts, flags)
            if found:
                kind, link, more = found
                facts |= more
        except Malformed as error:
            failure = error
        return File(
            kind=kind,
            size=parts[0].size if parts else 0,
            mtime=time // PER_SECOND - EPOCH if time else None,
            links=base.links,
            facts=facts,
            streams={name.encode(): self._table.content(items) for name, items in streams.items()},
            number=key,
            parts=parts,
            link=link,
            failure=failure,
        )

    def listing(self, node: File) -> Iterator[tuple[bytes, int] | Malformed]:
        return iter(self._children.get(node.number, ()))

    def content(self, node: File) -> Iterator[Chunk]:
        if node.failure:
            raise node.failure
        if node.parts:
            yield from self._table.content(node.parts)

    def target(self, node: File) -> bytes:
        return node.link

    def _special(
        self, attributes: list[Attribute], parts: list[Attribute], flags: int
    ) -> tuple[EntryKind, bytes, dict[str, str]] | None:
        """The kind, target and facts of what is neither file nor folder."""
        points = [item for item in attributes if item.kind == record.REPARSE]
        if points:
            if points[0].size > LARGEST_SPECIAL:
                raise Unsupported("a reparse point that is too large")
            return reparse(b"".join(self._table.content(points)))
        if flags & SYSTEM and parts and parts[0].resident:
            return interix(parts[0].value)
        return None


def _streams(attributes: list[Attribute]) -> dict[str, list[Attribute]]:
    content = sorted(
        (item for item in attributes if item.kind == record.CONTENT), key=lambda item: (item.name, item.first)
    )
    return {name: list(items) for name, items in groupby(content, key=lambda item: item.name)}


def _shown(flags: int) -> dict[str, str]:
    names = [name for bit, name in ((READ_ONLY, "read only"), (HIDDEN, "hidden"), (SYSTEM, "system")) if flags & bit]
    return {"attributes": ", ".join(names)} if names else {}
