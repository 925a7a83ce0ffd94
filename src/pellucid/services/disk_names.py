"""Names on the disk for names from images: one path an entry, below one folder, whatever the names are.

Names that differ in case or in Unicode composition alone count as the same, so that the folder can be copied to any
file system; so do a file and a folder of one name. Whoever comes second gets a suffix.
"""

import hashlib
import unicodedata

NAME_BYTES = 255
DEEP = "deep"


class DiskFolder:
    """A folder and what is in it. `path` is relative to the top, "" for the top itself.

    A folder whose path would become longer than `room` bytes continues in one of its own below the top.
    """

    __slots__ = ("_folders", "_room", "_taken", "_top", "path")

    def __init__(self, path: str = "", *, top: "DiskFolder | None" = None, room: int = 2048) -> None:
        self.path = path
        self._top = top or self
        self._room = room
        self._taken: dict[str, int] = {}  # the number that the next one of this name gets
        self._folders: dict[str, DiskFolder] = {}

    def reserve(self, name: str) -> None:
        """Let nothing have this name."""
        self._taken[_folded(name)] = 2

    def file(self, name: str) -> str:
        """A path for a new file."""
        return self._below(self._free(name))

    def folder(self, name: str) -> "DiskFolder":
        """The folder of that name: the same for the same name."""
        if name not in self._folders:
            self._folders[name] = self.new_folder(name)
        return self._folders[name]

    def new_folder(self, name: str) -> "DiskFolder":
        """A folder that nothing else is put into."""
        path = self._below(self._free(name))
        if len(path.encode()) > self._room:
            path = self._top._free(DEEP)
        return DiskFolder(path, top=self._top, room=self._room)

    def _below(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name

    def _free(self, name: str) -> str:
        name = safe_part(name)
        key = _folded(name)
        number = self._taken.get(key)
        if number is None:
            self._taken[key] = 2
            return name
        while _folded(other := shortened(name, f"~{number}")) in self._taken:
            number += 1
        self._taken[key] = number + 1
        self._taken[_folded(other)] = 2
        return other


def safe_part(name: str) -> str:
    """One part of a path as a name for any file system of ours; the same when it is one already."""
    if not name.isprintable():
        name = "".join("_" if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in name)
    name = name.replace("/", "_")
    if name in ("", ".", ".."):
        name = "unnamed"
    return name if len(name) <= NAME_BYTES // 4 else shortened(name)


def shortened(name: str, suffix: str = "") -> str:
    """`name` with `suffix`, in at most 255 bytes; what is cut off is told apart by a hash of the whole name."""
    whole = name + suffix
    if len(whole.encode("utf-8", "replace")) <= NAME_BYTES:
        return whole
    suffix = f"~{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}{suffix}"
    stem = name.encode("utf-8", "replace")[: NAME_BYTES - len(suffix)].decode("utf-8", "ignore")
    return stem + suffix


def _folded(name: str) -> str:
    return (
        name.lower() if name.isascii() else unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    )
