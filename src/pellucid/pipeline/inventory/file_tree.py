"""The file systems of an image, as programs in them see them: paths, symbolic links, roots."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from posixpath import basename, dirname, join, normpath

import msgspec

from pellucid.domain.entry import EntryKind
from pellucid.domain.place import ScannedPlace

MOST_LINKS = 40
MOST_KEPT = 200_000
# How deep a root may lie in its container.
DEEPEST_ROOT = 6
# What stands right below the root of a system; three of them make a folder one.
TOP_FOLDERS = frozenset(("bin", "sbin", "lib", "lib64", "usr", "etc", "var", "system", "dev", "proc", "opt"))
LEAST_TOP_FOLDERS = 3


class FileSystem(msgspec.Struct):
    """What one container lists: names (relative, "/" between) to numbers of places; targets of its symbolic links."""

    names: dict[str, int] = msgspec.field(default_factory=dict)
    links: dict[str, str] = msgspec.field(default_factory=dict)
    by_basename: dict[str, list[str]] = msgspec.field(default_factory=lambda: defaultdict(list))
    roots: dict[str, None] = msgspec.field(default_factory=dict)


class Spot(msgspec.Struct, frozen=True):
    """Where an artefact lies: the number of its container, its name in it, and the root that it belongs to."""

    container: int
    name: str
    root: str


class FileTree:
    """Finds artefacts by the paths that programs use. Artefacts are named by their path in the image."""

    def __init__(self, places: Sequence[ScannedPlace]) -> None:
        self._places = places
        self._systems: dict[int, FileSystem] = defaultdict(FileSystem)
        self._spots: dict[str, tuple[int, str]] = {}
        self._folders: dict[tuple[int, str, str], str] = {}
        for number, place in enumerate(places):
            if place.entry is None:
                continue
            self._add(number, place)
        for system in self._systems.values():
            system.roots = _roots(system)

    def _add(self, number: int, place: ScannedPlace) -> None:
        assert place.entry is not None
        system, name = self._systems[place.parent], place.entry.name
        if place.entry.kind in (EntryKind.SYMLINK, EntryKind.HARDLINK):
            # A hard link names the first name from the root of its container.
            target = place.entry.target
            system.links[name] = target if place.entry.kind is EntryKind.SYMLINK else f"//{target.lstrip('./')}"
        elif place.entry.kind is not EntryKind.DIRECTORY:
            system.names[name] = number
        else:
            return
        system.by_basename[basename(name)].append(name)
        if place.artefact:
            self._spots[place.artefact.path] = (place.parent, name)

    def spot(self, path: str) -> Spot | None:
        """Where the artefact at `path` lies; None for the image itself."""
        found = self._spots.get(path)
        if found is None:
            return None
        container, name = found
        return Spot(container, name, self.root_of(container, name))

    def root_of(self, container: int, name: str) -> str:
        """The folder in that container which is "/" for a file; "" when it is the container's own."""
        roots = self._systems[container].roots
        parts = name.split("/", DEEPEST_ROOT)
        return next((root for size in range(len(parts) - 1, 0, -1) if (root := "/".join(parts[:size])) in roots), "")

    def path(self, container: int, name: str) -> str:
        """The path in the image of the artefact that lies there; empty when there is none."""
        number = self._systems[container].names.get(name)
        artefact = self._places[number].artefact if number is not None else None
        return artefact.path if artefact else ""

    def resolve(self, spot: Spot, path: str) -> str:
        """The artefact that `path` means to a file at `spot`, through symbolic links; empty when there is none.

        `path` is absolute, or relative to the folder that the file lies in.
        """
        at = _inside(spot.root, path) if path.startswith("/") else normpath(join(dirname(spot.name), path))
        real = self.real_name(spot.container, spot.root, at)
        return self.path(spot.container, real)

    def real_name(self, container: int, root: str, name: str) -> str:
        """A name in the container with every symbolic link in it followed; it may be one that is not there."""
        folder, _, last = name.rpartition("/")
        if not folder:
            return self._followed(container, root, name)
        key = (container, root, folder)
        real = self._folders.get(key)
        if real is None:
            if len(self._folders) >= MOST_KEPT:
                self._folders.clear()
            real = self._folders[key] = self._followed(container, root, folder)
        at = f"{real}/{last}" if real else last
        return self._followed(container, root, at) if at in self._systems[container].links else at

    def _followed(self, container: int, root: str, name: str) -> str:
        links = self._systems[container].links
        parts, done = name.split("/"), ""
        for _ in range(MOST_LINKS):
            done = ""
            for number, part in enumerate(parts):
                done = f"{done}/{part}" if done else part
                if (target := links.get(done)) is not None:
                    rest = parts[number + 1 :]
                    parts = _target(root, done, target).split("/") + rest
                    break
            else:
                return done
        return done

    def named(self, container: int, base: str) -> Sequence[str]:
        """All names in the container whose last part is `base`, files and links."""
        return self._systems[container].by_basename.get(base, ())

    def names(self, container: int) -> Iterator[str]:
        """All files of the container."""
        yield from self._systems[container].names

    def outside(self, spot: Spot) -> Spot | None:
        """Where the container lies that holds what is at `spot`; None when that is the image itself."""
        entry = self._places[spot.container].entry
        if entry is None:
            return None
        container = self._places[spot.container].parent
        return Spot(container, entry.name, self.root_of(container, entry.name))

    def unpacked(self, container: int, name: str) -> str:
        """The path of an artefact, or of the only one inside it: a compressed file is what it holds."""
        number = self._systems[container].names.get(name, -1)
        inside = self._systems.get(number)
        if inside is not None and len(inside.names) == 1:
            return self.path(number, next(iter(inside.names)))
        return self.path(container, name)

    def links_into(self, container: int) -> Iterator[tuple[str, str]]:
        """(name, target as stated) of each symbolic link of the container."""
        yield from self._systems[container].links.items()

    def containers(self) -> Iterator[int]:
        """Numbers of the places that list others."""
        yield from self._systems

    def roots(self, container: int) -> Sequence[str]:
        """The folders of the container that look like roots of systems; "" stands for the container itself."""
        return tuple(self._systems[container].roots)


def _target(root: str, link: str, target: str) -> str:
    if target.startswith("//"):
        return normpath(target.lstrip("/"))
    if target.startswith("/"):
        return _inside(root, target)
    return _within(root, normpath(join(dirname(link), target)))


def _inside(root: str, path: str) -> str:
    """An absolute path as a name in the container; ".." does not lead out of the root."""
    clean = normpath("/" + path.lstrip("/")).lstrip("/")
    return f"{root}/{clean}" if root and clean else clean or root


def _within(root: str, name: str) -> str:
    if name == ".":
        return ""
    if not name.startswith(".."):
        return name
    clean = "/".join(part for part in name.split("/") if part != "..")
    return f"{root}/{clean}" if root else clean


def _roots(system: FileSystem) -> dict[str, None]:
    """Folders that hold at least three of those that a system has."""
    tops: dict[str, set[str]] = defaultdict(set)
    for name in (*system.names, *system.links):
        parts = name.split("/")
        for number, part in enumerate(parts[:DEEPEST_ROOT]):
            if part in TOP_FOLDERS and (number < len(parts) - 1 or name in system.links):
                tops["/".join(parts[:number])].add(part)
                # What lies deeper belongs to this root already: /usr/lib, /var/lib.
                break
    return {root: None for root, seen in tops.items() if len(seen) >= LEAST_TOP_FOLDERS}
