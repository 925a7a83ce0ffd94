"""Inodes of squashfs 4, plain and extended, as one shape."""

from dataclasses import dataclass
from struct import Struct

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats.squashfs.blocks import Cursor

LONGEST_TARGET = 1 << 16
NO_FRAGMENT = 0xFFFFFFFF
EXTENDED = 7
KINDS = {
    1: EntryKind.DIRECTORY,
    2: EntryKind.FILE,
    3: EntryKind.SYMLINK,
    4: EntryKind.BLOCK_DEVICE,
    5: EntryKind.CHARACTER_DEVICE,
    6: EntryKind.FIFO,
    7: EntryKind.SOCKET,
}
HEADER = {order: Struct(f"{order}4H2I") for order in "<>"}
LAYOUTS = {
    (order, kind): Struct(order + fields)
    for order in "<>"
    for kind, fields in {1: "2I2HI", 8: "4I2HI", 2: "4I", 9: "3Q4I", 3: "2I", 10: "2I"}.items()
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Inode:
    """`size` in bytes; `block` and `offset` place a folder's listing, or a file's end in its fragment.

    `cursor` stands behind the fields: at the sizes of a file's data blocks, which begin at `data_at`.
    """

    kind: EntryKind
    number: int
    mode: int
    uid: int
    gid: int
    mtime: int
    cursor: Cursor
    links: int = 1
    size: int = 0
    data_at: int = 0
    block: int = 0
    offset: int = 0
    fragment: int = NO_FRAGMENT
    target: bytes = b""


def read(cursor: Cursor, order: str) -> Inode:
    """The inode at `cursor`; `uid` and `gid` are still numbers in the table of ids."""
    kind, mode, uid, gid, mtime, number = HEADER[order].unpack(cursor.read(HEADER[order].size))
    plain = kind - EXTENDED if kind > EXTENDED else kind
    if plain not in KINDS:
        raise Malformed(f"an inode of squashfs has the unknown type {kind}")
    values: dict[str, int | bytes] = {}
    layout = LAYOUTS.get((order, kind))
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
            values = {"links": links, "target": cursor.read(size)}
    return Inode(
        kind=KINDS[plain],
        number=number,
        mode=mode & 0o7777,
        uid=uid,
        gid=gid,
        mtime=mtime,
        cursor=cursor,
        **values,  # type: ignore[arg-type]  # one of the shapes above, by the number of its type
    )
