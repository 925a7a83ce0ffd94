"""Images of squashfs 1, 2 and 3, either byte order, which no tool of today makes."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

BLOCK_LOG = 13
BLOCK = 1 << BLOCK_LOG
TIME = 1_700_000_000
NO_FRAGMENT = 0xFFFFFFFF
UIDS, GIDS = (0, 1000), (0, 50)
FOLDER, FILE, LINK, BLOCK_DEVICE, CHARACTER_DEVICE, FIFO, SOCKET, LONG_FOLDER, LONG_FILE = range(1, 10)
Field = tuple[int, int]
"""(value, width in bits)"""


def bits(order: str, *fields: Field) -> bytes:
    """Fields one behind the other, as compilers lay them out for a machine of that byte order."""
    total, value, at = sum(width for _, width in fields), 0, 0
    for number, width in fields:
        value |= number << (at if order == "<" else total - at - width)
        at += width
    return value.to_bytes(total // 8, "little" if order == "<" else "big")


@dataclass
class Table:
    """Metadata: what is appended is packed in blocks of 8 KiB."""

    image: "OldImage"
    packed: bytearray = field(default_factory=bytearray)
    waiting: bytearray = field(default_factory=bytearray)

    def add(self, raw: bytes) -> tuple[int, int]:
        place = (len(self.packed), len(self.waiting))
        self.waiting += raw
        while len(self.waiting) >= 8192:
            self.flush()
        return place

    def flush(self) -> None:
        raw = bytes(self.waiting[:8192])
        del self.waiting[:8192]
        content = self.image.pack(raw)
        stored = len(content) >= len(raw)
        marker = b"\xff" if self.image.marked else b""
        header = struct.pack(self.image.order + "H", (len(raw) | 0x8000) if stored else len(content))
        self.packed += header + marker + (raw if stored else content)

    def finished(self) -> bytes:
        while self.waiting:
            self.flush()
        return bytes(self.packed)


@dataclass
class OldImage:
    """`nodes`: by path, the bytes of a file, or (kind, target or device number); folders come by themselves.

    `linked`: path of a second name -> path of the first. `long` uses the extended inodes of versions 2 and 3.
    """

    version: int = 3
    order: str = "<"
    magic: bytes = b""
    pack: Callable[[bytes], bytes] = zlib.compress
    marked: bool = False
    long: bool = False
    nodes: dict[str, bytes | tuple[int, str | int]] = field(default_factory=dict)
    linked: dict[str, str] = field(default_factory=dict)

    def build(self) -> bytes:
        self.data = bytearray(bytes(119 if self.version == 3 else 63 if self.version == 2 else 51))
        self.inodes, self.listings, self.number = Table(self), Table(self), 0
        self.tails = bytearray()
        self.fragments: list[tuple[int, int]] = []
        self.places: dict[str, tuple[int, int]] = {}
        for path, node in sorted(self.nodes.items()):
            self.places[path] = self._node(node)
        self.places.update({second: self.places[first] for second, first in self.linked.items()})
        root = self._folder("")
        self._flush_tails()
        inode_table = len(self.data)
        self.data += self.inodes.finished()
        directory_table = len(self.data)
        self.data += self.listings.finished()
        fragment_table = self._fragment_table()
        uid_table = len(self.data)
        self.data += struct.pack(f"{self.order}2I", *UIDS)
        gid_table = len(self.data)
        self.data += struct.pack(f"{self.order}2I", *GIDS)
        self._superblock(root, (uid_table, gid_table, inode_table, directory_table), fragment_table)
        return bytes(self.data)

    def _superblock(self, root: tuple[int, int], tables: tuple[int, int, int, int], fragment_table: int) -> None:
        order, used = self.order, len(self.data)
        magic = self.magic or (b"hsqs" if order == "<" else b"sqsh")
        narrow = (used, *tables) if self.version < 3 else (0,) * 5
        raw = magic + struct.pack(f"{order}6I", self.number, *narrow)
        raw += struct.pack(f"{order}4H3B", self.version, 0, BLOCK, BLOCK_LOG, 4 if self.marked else 0, 2, 2)
        raw += struct.pack(f"{order}IQ", TIME, root[0] << 16 | root[1])
        if self.version > 1:
            narrow_fragments = fragment_table if self.version == 2 else 0
            raw += struct.pack(f"{order}3I", BLOCK, len(self.fragments), narrow_fragments)
        if self.version == 3:
            raw += struct.pack(f"{order}7Q", used, *tables, fragment_table, (1 << 64) - 1)
        self.data[: len(raw)] = raw

    def _header(self, kind: int, mode: int) -> list[Field]:
        """Kind, mode, owner 1000, group 50; in version 3 also time and number."""
        self.number += 1
        if self.version == 1:
            return [(kind, 4), (mode, 12), (1, 4), (1, 4)]
        owners = [(kind, 4), (mode, 12), (1, 8), (1, 8)]
        return [*owners, (TIME + 1, 32), (self.number, 32)] if self.version == 3 else owners

    def _node(self, node: bytes | tuple[int, str | int]) -> tuple[int, int]:
        if isinstance(node, bytes):
            return self._file(node)
        kind, value = node
        links = [(1, 32)] if self.version == 3 else []
        fields, behind = [*links], b""
        if isinstance(value, str):
            fields, behind = [*links, (len(value), 16)], value.encode()
        elif kind in (BLOCK_DEVICE, CHARACTER_DEVICE):
            fields = [*links, (value, 16)]
        if self.version == 1 and kind in (FIFO, SOCKET):
            return self.inodes.add(bits(self.order, *self._header(0, 0o600), (kind, 4), (0, 4)))
        return self.inodes.add(bits(self.order, *self._header(kind, 0o640), *fields) + behind)

    def _file(self, content: bytes) -> tuple[int, int]:
        start, words = len(self.data), []
        cut = len(content) if self.version == 1 else len(content) // BLOCK * BLOCK
        for at in range(0, cut, BLOCK):
            raw = content[at : at + BLOCK]
            if self.version == 3 and not any(raw):
                words.append(0)
                continue
            packed = self.pack(raw)
            stored = len(packed) >= len(raw)
            self.data += raw if stored else packed
            flag = 1 << 15 if self.version == 1 else 1 << 24
            words.append(len(raw) | flag if stored else len(packed))
        tail = content[cut:]
        if len(self.tails) + len(tail) > BLOCK:
            self._flush_tails()
            if start == len(self.data) or not cut:
                start = len(self.data)
        fragment, offset = (len(self.fragments), len(self.tails)) if tail else (NO_FRAGMENT, 0)
        self.tails += tail
        tail_fields = [(fragment, 32), (offset, 32)]
        if self.version == 1:
            fields = [*self._header(FILE, 0o755), (TIME + 1, 32), (start, 32), (len(content), 32)]
        elif self.version == 2:
            fields = [*self._header(FILE, 0o755), (TIME + 1, 32), (start, 32), *tail_fields, (len(content), 32)]
        elif self.long:
            fields = [*self._header(LONG_FILE, 0o755), (1, 32), (start, 64), *tail_fields, (len(content), 64)]
        else:
            fields = [*self._header(FILE, 0o755), (start, 64), *tail_fields, (len(content), 32)]
        sizes = struct.pack(f"{self.order}{len(words)}{'H' if self.version == 1 else 'I'}", *words)
        return self.inodes.add(bits(self.order, *fields) + sizes)

    def _flush_tails(self) -> None:
        if not self.tails:
            return
        packed = self.pack(bytes(self.tails))
        self.fragments.append((len(self.data), len(packed)))
        self.data += packed
        self.tails.clear()

    def _fragment_table(self) -> int:
        form, pointer = ("2I", "I") if self.version == 2 else ("QI4x", "Q")
        table, begin = Table(self), len(self.data)
        for entry in self.fragments:
            table.add(struct.pack(self.order + form, *entry))
        self.data += table.finished()
        at = len(self.data)
        self.data += struct.pack(self.order + pointer, begin)
        return at

    def _folder(self, path: str) -> tuple[int, int]:
        """Write the folders below, then the listing and the inode of this one."""
        prefix = f"{path}/" if path else ""
        names = {name[len(prefix) :].partition("/")[0] for name in self.places if name.startswith(prefix)}
        for name in sorted(names):
            if prefix + name not in self.places:
                self.places[prefix + name] = self._folder(prefix + name)
        nodes = {name: self.nodes.get(self.linked.get(prefix + name, prefix + name)) for name in names}
        self.kinds = {
            name: FOLDER if node is None else FILE if isinstance(node, bytes) else node[0]
            for name, node in nodes.items()
        }
        listing = self._listing([(name, self.places[prefix + name]) for name in sorted(names)])
        block, offset = self.listings.add(listing)
        size = len(listing) + (3 if self.version == 3 else 0)
        kind, width = (LONG_FOLDER, 27) if self.long and self.version > 1 else (FOLDER, 19)
        extra = [(0, 16)] if kind == LONG_FOLDER else []
        head = self._header(kind, 0o750)
        if self.version == 3:
            fields = [*head, (2, 32), (size, width), (offset, 13), (block, 32), *extra, (0, 32)]
        else:
            fields = [*head, (size, width), (offset, 13), (TIME + 1, 32), (block, 24), *extra]
        return self.inodes.add(bits(self.order, *fields))

    def _listing(self, entries: list[tuple[str, tuple[int, int]]]) -> bytes:
        runs: list[list[tuple[str, tuple[int, int]]]] = []
        for entry in entries:
            if not runs or len(runs[-1]) == 256 or runs[-1][0][1][0] != entry[1][0]:
                runs.append([])
            runs[-1].append(entry)
        raw = b""
        for run in runs:
            header: list[Field] = [(len(run) - 1, 8), (run[0][1][0], 32 if self.version == 3 else 24)]
            raw += bits(self.order, *header, *([(1, 32)] if self.version == 3 else []))
            for name, (_, offset) in run:
                more: list[Field] = [(0, 16)] if self.version == 3 else []
                kind = self.kinds[name]
                raw += bits(self.order, (offset, 13), (kind, 3), (len(name) - 1, 8), *more) + name.encode()
        return raw
