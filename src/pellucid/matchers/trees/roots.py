"""Files of the systems in an image, with the rights that their file systems state: what a program of the device meets.

Archives that hold anything else than a system, and containers that state no rights, are left out.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from stat import filemode

from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.evidence import Evidence
from pellucid.domain.place import ScannedPlace, path_of

# Kinds of containers that state the rights of the files in them, and those among them that nobody can write to.
STATING = frozenset(
    (
        *("squashfs", "ubifs", "erofs", "cramfs", "jffs2", "yaffs", "xfs", "btrfs", "f2fs", "ext"),
        *("rpm", "tar", "tar_v7", "cpio", "cpio_binary", "container_image"),
    )
)
READ_ONLY = frozenset(("squashfs", "erofs", "cramfs"))
# A system has some of these, and something in etc that only a system has.
TOP = frozenset(("etc", "bin", "sbin", "usr", "lib"))
SETTINGS = frozenset(
    ("passwd", "group", "inittab", "init.d", "fstab", "rc.d", "os-release", "init", "rcS", "systemd", "rc.local")
)
DEEPEST = 2
# The kernel fills these in.
VIRTUAL = ("proc/", "sys/", "run/", "dev/shm/")
TYPE = {
    EntryKind.DIRECTORY: 0o040000,
    EntryKind.FILE: 0o100000,
    EntryKind.HARDLINK: 0o100000,
    EntryKind.BLOCK_DEVICE: 0o060000,
    EntryKind.CHARACTER_DEVICE: 0o020000,
    EntryKind.FIFO: 0o010000,
    EntryKind.SOCKET: 0o140000,
}


@dataclass(frozen=True)
class Spot:
    """A file, folder or device of a system: `path` in the image, `name` below the root of the system."""

    path: str
    name: str
    entry: Entry
    mode: int
    read_only: bool

    @property
    def evidence(self) -> Evidence:
        """Its rights, as ls shows them, and its owner."""
        owner = f"{_shown(self.entry.uid)}:{_shown(self.entry.gid)}"
        seen = f"{filemode(TYPE.get(self.entry.kind, 0) | self.mode)} {owner}"
        rights = (("mode", f"{self.mode:04o}"), ("owner", owner))
        return Evidence(offset=0, seen=seen, artefact=self.path, attributes=rights)


def spots(places: Sequence[ScannedPlace], bits: int) -> Iterator[Spot]:
    """What of each system has any of the `bits` of a mode, without links, in tree order."""
    roots = _roots(places)
    for place in places:
        entry = place.entry
        if entry is None or entry.mode is None or not entry.mode & bits or place.parent not in roots:
            continue
        if entry.kind is EntryKind.SYMLINK or "shadowedBy" in entry.facts:
            continue
        for root in roots[place.parent]:
            name = entry.name.removeprefix(root)
            if entry.name.startswith(root) and not name.startswith(VIRTUAL):
                holder = places[place.parent].artefact
                yield Spot(
                    path=path_of(place, places),
                    name=name,
                    entry=entry,
                    mode=entry.mode & 0o7777,
                    read_only=holder is not None and holder.kind in READ_ONLY,
                )
                break


def _roots(places: Sequence[ScannedPlace]) -> dict[int, list[str]]:
    """Folders in which a system lies ("" or "rootfs/"), by the number of their container."""
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    for place in places:
        holder = places[place.parent].artefact if place.parent >= 0 else None
        if place.entry is None or holder is None or holder.kind not in STATING:
            continue
        parts = place.entry.name.split("/")
        depth = next((number for number, part in enumerate(parts[: DEEPEST + 1]) if part in TOP), None)
        if depth is not None:
            of = found[place.parent, "".join(f"{part}/" for part in parts[:depth])]
            of.add(parts[depth])
            if parts[depth] == "etc" and parts[depth + 1 : depth + 2] and parts[depth + 1] in SETTINGS:
                of.add("etc/")
    roots: dict[int, list[str]] = defaultdict(list)
    for (container, root), tops in found.items():
        if "etc/" in tops and len(tops) > len({"etc", "etc/"}):
            roots[container].append(root)
    return roots


def _shown(owner: int | None) -> str:
    return "?" if owner is None else str(owner)
