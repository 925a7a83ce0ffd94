"""The files that the header of an RPM package lists (RPM reference manual, "RPM tags", "Installation")."""

from collections import Counter
from collections.abc import Sequence

import msgspec
from msgspec import structs

from pellucid.errors import Malformed
from pellucid.formats.rpm.header import Header

OLD_NAMES, FOLDER_NUMBERS, LAST_NAMES, FOLDERS = 1027, 1116, 1117, 1118
SIZES, LONG_SIZES, MODES, RDEVS, MTIMES, FLAGS, DEVICES, INODES = 1028, 5008, 1030, 1033, 1034, 1037, 1095, 1096
USERS, GROUPS = 1039, 1040
CONFIGURATION, GHOST = 1 << 0, 1 << 6


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One file. `inode` is set when it has other names, `linked_later` when its bytes come with a later one."""

    name: bytes
    size: int
    mode: int
    mtime: int
    device: int
    flags: int
    user: bytes
    group: bytes
    inode: tuple[int, ...] | None = None
    linked_later: bool = False

    def facts(self) -> dict[str, str]:
        """What the archive itself does not say."""
        found = {
            "user": self.user.decode("utf-8", "backslashreplace"),
            "group": self.group.decode("utf-8", "backslashreplace"),
            "configuration": "true" if self.flags & CONFIGURATION else "",
        }
        return {name: value for name, value in found.items() if value}


def listed(header: Header) -> list[Listed]:
    """All files, in the order of the header; ghosts, which are in no payload, among them."""
    names = _names(header)
    sizes = header.numbers(LONG_SIZES) or header.numbers(SIZES)
    columns = [header.numbers(tag) for tag in (MODES, MTIMES, RDEVS, FLAGS, DEVICES, INODES)]
    users, groups = header.strings(USERS), header.strings(GROUPS)
    files, nodes = [], []
    for number, name in enumerate(names):
        mode, mtime, rdev, flags, device, inode = (_at(column, number) for column in columns)
        item = Listed(
            name=name,
            size=_at(sizes, number),
            mode=mode,
            mtime=mtime,
            device=rdev,
            flags=flags,
            user=users[number] if number < len(users) else b"",
            group=groups[number] if number < len(groups) else b"",
        )
        files.append(item)
        nodes.append((device, inode) if inode and not flags & GHOST and mode >> 12 == 0o10 else None)
    return _linked(files, nodes)


def _linked(files: list[Listed], nodes: Sequence[tuple[int, int] | None]) -> list[Listed]:
    """The files with their other names marked: the last of several has the bytes."""
    counts = Counter(node for node in nodes if node)
    last = {node: number for number, node in enumerate(nodes) if node}
    return [
        structs.replace(item, inode=node, linked_later=last[node] != number) if node and counts[node] > 1 else item
        for number, (item, node) in enumerate(zip(files, nodes, strict=True))
    ]


def _names(header: Header) -> Sequence[bytes]:
    last = header.strings(LAST_NAMES)
    if not last:
        return header.strings(OLD_NAMES)
    folders, numbers = header.strings(FOLDERS), header.numbers(FOLDER_NUMBERS)
    if len(numbers) != len(last) or any(number >= len(folders) for number in numbers):
        raise Malformed("the names of the files are not complete")
    return [folders[number] + name for number, name in zip(numbers, last, strict=True)]


def _at(column: Sequence[int], number: int) -> int:
    return column[number] if number < len(column) else 0
