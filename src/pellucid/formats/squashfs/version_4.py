"""Inodes and listings of squashfs 4, plain and extended."""

from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats import devices
from pellucid.formats.member import LONGEST_TARGET
from pellucid.formats.squashfs.blocks import Blocks, Cursor
from pellucid.formats.squashfs.inode import EXTENDED, KINDS, Inode

MOST_SIZES_AT_ONCE = 2048
FIELDS = {1: "2I2HI", 8: "4I2HI", 2: "4I", 9: "3Q4I", 3: "2I", 10: "2I", 4: "2I", 5: "2I", 11: "2I", 12: "2I"}


class Version4:
    """The dialect of one file system."""

    # "." and ".." are counted, but not stored.
    unstored = 3

    def __init__(self, blocks: Blocks) -> None:
        order = blocks.superblock.order
        self._blocks = blocks
        self._order = order
        self._header = Struct(f"{order}4H2I")
        self._layouts = {kind: Struct(order + fields) for kind, fields in FIELDS.items()}
        self._run, self._entry, self._id = Struct(f"{order}3I"), Struct(f"{order}HhHH"), Struct(f"{order}I")
        self._ids: dict[int, int] = {}

    def inode(self, cursor: Cursor) -> Inode:
        """The inode at `cursor`."""
        kind, mode, uid, gid, mtime, _ = self._header.unpack(cursor.read(self._header.size))
        plain = kind - EXTENDED if kind > EXTENDED else kind
        if plain not in KINDS:
            raise Malformed(f"an inode of squashfs has the unknown type {kind}")
        values: dict[str, int | bytes | devices.Number] = {}
        layout = self._layouts.get(kind)
        fields = layout.unpack(cursor.read(layout.size)) if layout else ()
        match kind:
            case 1:
                block, links, size, offset, _ = fields
                values = {"block": block, "links": links, "size": size, "offset": offset}
            case 8:
                links, size, block, _, _, offset, _ = fields
                values = {"block": block, "links": links, "size": size, "offset": offset}
            case 2:
                data_at, fragment, offset, size = fields
                values = {"data_at": data_at, "fragment": fragment, "offset": offset, "size": size}
            case 9:
                data_at, size, _, links, fragment, offset, _ = fields
                values = {"data_at": data_at, "links": links, "fragment": fragment, "offset": offset, "size": size}
            case 3 | 10:
                links, size = fields
                if size > LONGEST_TARGET:
                    raise Malformed("the target of a symbolic link is too long")
                values = {"links": links, "size": size, "target": cursor.read(size)}
            case 4 | 5 | 11 | 12:
                links, number = fields
                values = {"links": links, "device": devices.wide(number)}
        return Inode(
            kind=KINDS[plain],
            mode=mode & 0o7777,
            uid=self._owner(uid),
            gid=self._owner(gid),
            mtime=mtime,
            cursor=cursor,
            **{"size": 0, **values},  # type: ignore[arg-type]  # one of the shapes above, by the number of its type
        )

    def run(self, cursor: Cursor) -> tuple[int, int, int]:
        """The header of a run of entries."""
        count, position, _ = self._run.unpack(cursor.read(self._run.size))
        return count + 1, position, self._run.size

    def entry(self, cursor: Cursor) -> tuple[int, bytes, int]:
        """An entry of a run."""
        offset, _, _, size = self._entry.unpack(cursor.read(self._entry.size))
        return offset, cursor.read(size + 1), self._entry.size + size + 1

    def sizes(self, cursor: Cursor, count: int) -> Iterator[int]:
        """The size words of a file's blocks."""
        while count > 0:
            step = min(count, MOST_SIZES_AT_ONCE)
            yield from Struct(f"{self._order}{step}I").unpack(cursor.read(4 * step))
            count -= step

    def plausible(self, table: bytes) -> bool:
        """Whether an inode of a known type stands at the start of `table`."""
        if len(table) < self._header.size:
            return False
        kind, mode, uid, gid, _, number = self._header.unpack_from(table)
        found = self._blocks.superblock
        known = kind <= 2 * EXTENDED and mode <= 0o7777 and max(uid, gid) < found.ids
        return bool(known and 0 < number <= found.inodes)

    def _owner(self, number: int) -> int:
        found = self._ids.get(number)
        if found is None:
            superblock = self._blocks.superblock
            if number >= superblock.ids:
                raise Malformed("an owner is not in the table of ids")
            (found,) = self._id.unpack(self._blocks.indexed(superblock.id_table, number, 4))
            self._ids[number] = found
        return int(found)
