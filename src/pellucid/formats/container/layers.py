"""Layers of an image merged into one file system (OCI Image Layer Filesystem Changeset), from the topmost downwards.

Whoever reads a layer knows what the layers above it hide: whatever is hidden is shown beside the file system instead.
"""

from collections.abc import Iterator

import msgspec
from msgspec import structs

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats.container.images import Layer
from pellucid.formats.member import Member, Members

WHITEOUT, OPAQUE, RESERVED = ".wh.", ".wh..wh..opq", ".wh..wh."
MOST_PATHS = 500_000
ROOT, SHADOWED = "rootfs", "shadowed"


class Merged(msgspec.Struct):
    """What the layers read so far hide in those below: path -> digest of the nearest layer that does it.

    `_hidden` paths are hidden themselves with all below them, of `_opaque` folders only what is in them; `_folders`
    are merged with folders below, and hide anything else.
    """

    folder: str = ""
    _hidden: dict[str, str] = msgspec.field(default_factory=dict)
    _opaque: dict[str, str] = msgspec.field(default_factory=dict)
    _folders: dict[str, str] = msgspec.field(default_factory=dict)

    def members(self, members: Members, layer: Layer, index: int) -> Members:
        """The members of a layer at their places, with facts. Read it to its end before the next lower layer."""
        facts = {"layer": layer.digest, "layerIndex": str(index)}
        if layer.created_by:
            facts["createdBy"] = layer.created_by
        own = Merged()
        for member in _until_damage(members):
            if isinstance(member, Malformed):
                yield type(member)(f"layer {index}: {member.message}")
                continue
            path = _path(member.name)
            if not path or own._marked(path, layer.digest):
                continue
            if self._size + own._size > MOST_PATHS:
                raise Malformed(f"more than {MOST_PATHS:,} paths in an image: the rest was not unpacked")
            own._add(path, member.kind, layer.digest)
            if member.kind is not EntryKind.DIRECTORY or path not in self._folders:
                yield self._placed(member, path, index, facts)
        self._hidden |= own._hidden
        self._opaque |= own._opaque
        self._folders |= own._folders

    @property
    def _size(self) -> int:
        return len(self._hidden) + len(self._opaque) + len(self._folders)

    def _hidden_by(self, path: str, kind: EntryKind) -> str:
        """The digest of the layer that hides `path` in the layers below it; empty when none does."""
        found = self._hidden.get(path)
        if not found and kind is not EntryKind.DIRECTORY:
            found = self._folders.get(path)
        if found or not (self._hidden or self._opaque):
            return found or ""
        for above in _ancestors(path):
            if found := self._hidden.get(above) or self._opaque.get(above):
                return found
        return ""

    def _placed(self, member: Member, path: str, index: int, facts: dict[str, str]) -> Member:
        hiding = self._hidden_by(path, member.kind)
        target = member.target
        if member.kind is EntryKind.HARDLINK:
            first = _path(target)
            target = self._place(first, index, hidden=bool(self._hidden_by(first, EntryKind.FILE)))
        return structs.replace(
            member,
            name=self._place(path, index, hidden=bool(hiding)),
            target=target,
            facts={**member.facts, **facts, **({"shadowedBy": hiding} if hiding else {})},
        )

    def _place(self, path: str, index: int, *, hidden: bool) -> str:
        return f"{self.folder}{SHADOWED}/{index}/{path}" if hidden else f"{self.folder}{ROOT}/{path}"

    def _marked(self, path: str, digest: str) -> bool:
        """Whether the entry is no file but says what to hide."""
        folder, _, name = path.rpartition("/")
        if name == OPAQUE:
            self._opaque[folder] = digest
        elif name.startswith(WHITEOUT) and not name.startswith(RESERVED):
            deleted = f"{folder}/{name.removeprefix(WHITEOUT)}".lstrip("/")
            # The order in a layer means nothing: a folder that it deletes and makes again is a new one.
            (self._opaque if deleted in self._folders else self._hidden)[deleted] = digest
        else:
            return False
        return True

    def _add(self, path: str, kind: EntryKind, digest: str) -> None:
        """A folder is merged with those below; anything else replaces what stood there, and all that was in it."""
        if kind is not EntryKind.DIRECTORY:
            self._hidden[path] = digest
            return
        self._folders[path] = digest
        if path in self._hidden:
            self._opaque[path] = self._hidden.pop(path)


def _until_damage(members: Members) -> Members:
    """The same, with what ends them as the last one."""
    try:
        yield from members
    except Malformed as error:
        yield error


def _ancestors(path: str) -> Iterator[str]:
    at = path.rfind("/")
    while at > 0:
        yield path[:at]
        at = path.rfind("/", 0, at)
    yield ""


def _path(name: str | bytes) -> str:
    """A name as a path below the root, with nothing that leads elsewhere."""
    text = name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else name
    return "/".join(part for part in text.replace("\0", "_").split("/") if part not in ("", ".", ".."))
