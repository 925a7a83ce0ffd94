"""YAFFS images as mkyaffs2image and the file system itself write them; no Debian tool does."""

import stat
import struct
from dataclasses import dataclass, field
from pathlib import Path

ROOT, UNLINKED, DELETED = 1, 3, 4
FILE, SYMLINK, FOLDER, HARDLINK, SPECIAL = range(1, 6)
SEQUENCE = 0x1000
FIRST_OBJECT = 257
NO_SIZE = 0xFFFFFFFF


@dataclass
class Image:
    """`extra`: headers say more in their tags, as the file system has it; `spare` 0 puts the tags at a page's end."""

    page: int = 2048
    spare: int = 64
    tags_at: int = 0
    order: str = "<"
    version: int = 2
    extra: bool = False
    sequence: int = SEQUENCE
    written: list[bytes] = field(default_factory=list)
    next_object: int = FIRST_OBJECT

    @property
    def payload(self) -> int:
        return self.page if self.spare else self.page - 16

    def build(self) -> bytes:
        return b"".join(self.written)

    def chunk(
        self, number: int, chunk: int, content: bytes, length: int, *, serial: int = 0, live: bool = True
    ) -> None:
        """One page; `chunk` as it stands in the tags."""
        data = content.ljust(self.payload, b"\xff")
        if self.version == 1:
            self.written.append(data + self._first_tags(number, chunk, length, serial, live))
            return
        tags = struct.pack(self.order + "4I", self.sequence, number, chunk, length)
        spare = (b"\xff" * self.tags_at + tags).ljust(self.spare, b"\xff") if self.spare else tags
        self.written.append(data + spare)

    def _first_tags(self, number: int, chunk: int, length: int, serial: int, live: bool) -> bytes:
        if self.order == "<":
            bits = chunk | serial << 20 | (length & 0x3FF) << 22 | number << 32 | 0xABC << 50
            tags = bits.to_bytes(8, "little")
        else:
            bits = chunk << 44 | serial << 42 | (length & 0x3FF) << 32 | number << 14 | 0xABC << 2
            tags = bits.to_bytes(8, "big")
        status = b"\xff" if live else b"\0"
        return tags[:4] + status + b"\xff" + tags[4:6] + b"ECC" + tags[6:] + b"ECC"

    def header(
        self,
        number: int,
        parent: int,
        name: bytes,
        kind: int = FILE,
        *,
        mode: int = 0o644,
        size: int = NO_SIZE,
        same_as: int = -1,
        target: bytes = b"",
        device: int = NO_SIZE,
        owner: tuple[int, int] = (0, 0),
        mtime: int = 0,
        shrinks: int = NO_SIZE,
        shadows: int = -1,
        serial: int = 0,
    ) -> None:
        raw = struct.pack(self.order + "IIH256s2x", kind, parent, 0xFFFF, name)
        raw += struct.pack(self.order + "IIIIII", mode, *owner, mtime, mtime, mtime)
        raw += struct.pack(self.order + "Ii160sI", size, same_as, target, device) + b"\xff" * 32
        raw += b"\xff" * 8 + struct.pack(self.order + "iI", shadows, shrinks)
        if self.extra:
            self.chunk(number | kind << 28, 0x80000000 | parent, raw, size)
        else:
            self.chunk(number, 0, raw, 0xFFFF, serial=serial)

    def data(self, number: int, content: bytes, first: int = 1) -> None:
        """Pages of a file from the page `first` on."""
        for place, at in enumerate(range(0, len(content), self.payload)):
            piece = content[at : at + self.payload]
            self.chunk(number, first + place, piece, len(piece))

    def erased(self, count: int) -> None:
        self.written.append(b"\xff" * ((self.page + self.spare) * count))

    def tree(self, root: Path) -> "Image":
        """All of a folder on the disk."""
        self.header(ROOT, ROOT, b"", FOLDER, mode=0o40755)
        self._below(root, ROOT, {})
        return self

    def _below(self, folder: Path, parent: int, seen: dict[int, int]) -> None:
        for path in sorted(folder.iterdir()):
            number = self.next_object
            self.next_object += 1
            about = path.lstat()
            name, mtime = path.name.encode(), int(about.st_mtime)
            if about.st_ino in seen:
                self.header(number, parent, name, HARDLINK, same_as=seen[about.st_ino], mode=NO_SIZE)
            elif path.is_symlink():
                self.header(
                    number, parent, name, SYMLINK, target=str(path.readlink()).encode(), mode=about.st_mode, mtime=mtime
                )
            elif path.is_dir():
                self.header(number, parent, name, FOLDER, mode=about.st_mode, mtime=mtime)
                self._below(path, number, seen)
            elif stat.S_ISREG(about.st_mode):
                content = path.read_bytes()
                seen[about.st_ino] = number
                self.header(number, parent, name, mode=about.st_mode, size=len(content), mtime=mtime)
                self.data(number, content)
