"""Inodes and listings of squashfs 1, 2 and 3: packed bit fields, turned around by the byte order."""

from collections.abc import Iterator
from itertools import accumulate
from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats import devices
from pellucid.formats.squashfs.blocks import STORED_DATA, Blocks, Cursor
from pellucid.formats.squashfs.inode import EXTENDED, KINDS, NO_FRAGMENT, Inode

MOST_SIZES_AT_ONCE = 2048
STORED_SHORT = 1 << 15
# Version 1 has five kinds, each four times over for more owners, and one number for fifos and sockets.
KINDS_1, OWNERS_1, PIPE_1, SOCKET_1, SAME_1 = 5, 16, 0, 7, 15
SYMLINK = 3
# Fifos and sockets, of which nothing but the header is read.
PIPES = (6, 7)
SAME = 255
# Many names of one file are told by their common inode: nothing counts them.
SHARED = 2


class Bits:
    """Fields of the given widths, in bits, one behind the other."""

    def __init__(self, order: str, *widths: int) -> None:
        total = sum(widths)
        self.size = total // 8
        self._order: str = order
        ends = list(accumulate(widths))
        begins = [end - width for end, width in zip(ends, widths, strict=True)]
        shifts = begins if order == "<" else [total - end for end in ends]
        self._fields = [(shift, (1 << width) - 1) for shift, width in zip(shifts, widths, strict=True)]

    def unpack(self, raw: bytes) -> list[int]:
        value = int.from_bytes(raw, "little" if self._order == "<" else "big")
        return [value >> shift & mask for shift, mask in self._fields]


# Kind, mode, owner, group; in version 3 also time and number.
HEADERS = {1: (4, 12, 4, 4), 2: (4, 12, 8, 8), 3: (4, 12, 8, 8, 32, 32)}
RUNS = {1: (8, 24), 2: (8, 24), 3: (8, 32, 32)}
ENTRIES = {1: (13, 3, 8), 2: (13, 3, 8), 3: (13, 3, 8, 16)}
# By version and kind: names and widths of what follows the header; - is not needed.
FOLDER_2 = "size 19 offset 13 mtime 32 block 24"
FIELDS = {
    (1, 1): FOLDER_2,
    (1, 2): "mtime 32 data_at 32 size 32",
    (1, 3): "size 16",
    (1, 4): "device 16",
    (1, 5): "device 16",
    (2, 1): FOLDER_2,
    (2, 2): "mtime 32 data_at 32 fragment 32 offset 32 size 32",
    (2, 3): "size 16",
    (2, 4): "device 16",
    (2, 5): "device 16",
    (2, 8): "size 27 offset 13 mtime 32 block 24 - 16",
    (3, 1): "- 32 size 19 offset 13 block 32 - 32",
    (3, 2): "data_at 64 fragment 32 offset 32 size 32",
    (3, 3): "- 32 size 16",
    (3, 4): "- 32 device 16",
    (3, 5): "- 32 device 16",
    (3, 8): "- 32 size 27 offset 13 block 32 - 16 - 32",
    (3, 9): "- 32 data_at 64 fragment 32 offset 32 size 64",
}


class Versions1To3:
    """The dialect of one file system."""

    def __init__(self, blocks: Blocks) -> None:
        found = blocks.superblock
        order, self._version = found.order, found.version
        self.unstored = 3 if self._version == 3 else 0
        self._superblock = found
        self._header = Bits(order, *HEADERS[self._version])
        self._run, self._entry = Bits(order, *RUNS[self._version]), Bits(order, *ENTRIES[self._version])
        self._pipe = Bits(order, 4, 4)
        self._layouts = {
            kind: (fields.split()[::2], Bits(order, *map(int, fields.split()[1::2])))
            for (version, kind), fields in FIELDS.items()
            if version == self._version
        }
        self._owners = blocks.numbers(found.id_table, found.ids)
        self._groups = blocks.numbers(found.group_table, found.group_ids)

    def inode(self, cursor: Cursor) -> Inode:
        """The inode at `cursor`."""
        kind, mode, owner, group, *more = self._header.unpack(cursor.read(self._header.size))
        if self._version == 1:
            kind, owner = self._kind_1(cursor, kind, owner)
        plain = kind - EXTENDED if kind > EXTENDED else kind
        if kind not in self._layouts and kind not in PIPES:
            raise Malformed(f"an inode of squashfs has the unknown type {kind}")
        names, layout = self._layouts.get(kind, ([], None))
        fields = dict(zip(names, layout.unpack(cursor.read(layout.size)), strict=True)) if layout else {}
        uid, gid = self._owner(owner, group)
        size = fields.get("size", 0)
        return Inode(
            kind=KINDS[plain],
            mode=mode,
            uid=uid,
            gid=gid,
            mtime=fields.get("mtime", more[0] if more else self._superblock.time),
            links=SHARED,
            size=size,
            device=devices.narrow(fields.get("device", 0)),
            data_at=fields.get("data_at", 0),
            block=fields.get("block", 0),
            offset=fields.get("offset", 0),
            fragment=fields.get("fragment", NO_FRAGMENT),
            target=cursor.read(size) if plain == SYMLINK else b"",
            cursor=cursor,
        )

    def run(self, cursor: Cursor) -> tuple[int, int, int]:
        """The header of a run of entries."""
        count, position, *_ = self._run.unpack(cursor.read(self._run.size))
        return count + 1, position, self._run.size

    def entry(self, cursor: Cursor) -> tuple[int, bytes, int]:
        """An entry of a run."""
        offset, _, size, *_ = self._entry.unpack(cursor.read(self._entry.size))
        return offset, cursor.read(size + 1), self._entry.size + size + 1

    def sizes(self, cursor: Cursor, count: int) -> Iterator[int]:
        """The size words of a file's blocks; 16 bits wide in version 1."""
        width, code = (2, "H") if self._version == 1 else (4, "I")
        while count > 0:
            step = min(count, MOST_SIZES_AT_ONCE)
            words = Struct(f"{self._superblock.order}{step}{code}").unpack(cursor.read(width * step))
            yield from map(_widened, words) if self._version == 1 else words
            count -= step

    def plausible(self, table: bytes) -> bool:
        """Whether an inode of a known type and owner stands at the start of `table`."""
        if len(table) < self._header.size:
            return False
        kind, _, owner, group, *more = self._header.unpack(table[: self._header.size])
        if self._version == 1:
            return group == SAME_1 or group < len(self._groups)
        known = 1 <= kind <= EXTENDED + 2 and owner < len(self._owners)
        numbered = not more or 0 < more[1] <= self._superblock.inodes
        return known and numbered and (group == SAME or group < len(self._groups))

    def _kind_1(self, cursor: Cursor, kind: int, owner: int) -> tuple[int, int]:
        """What the number of a kind means in version 1: kind and owner."""
        if kind == PIPE_1:
            what, more = self._pipe.unpack(cursor.read(self._pipe.size))
            return SOCKET_1 if what == SOCKET_1 else SOCKET_1 - 1, more * OWNERS_1 + owner
        more, rest = divmod(kind - 1, KINDS_1)
        return rest + 1, more * OWNERS_1 + owner

    def _owner(self, owner: int, group: int) -> tuple[int, int]:
        if owner >= len(self._owners):
            raise Malformed("an owner is not in the table of owners")
        uid = self._owners[owner]
        if group == (SAME_1 if self._version == 1 else SAME):
            return uid, uid
        if group >= len(self._groups):
            raise Malformed("a group is not in the table of groups")
        return uid, self._groups[group]


def _widened(word: int) -> int:
    """A size word of 16 bits as later versions write it."""
    size = word & (STORED_SHORT - 1) or STORED_SHORT
    return size | STORED_DATA if word & STORED_SHORT else size
