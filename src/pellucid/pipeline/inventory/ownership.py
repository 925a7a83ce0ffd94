"""Who owns a file: what package managers say, at the places where the files really lie."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from posixpath import normpath

from pellucid.domain.dependency import Dependency, Witness
from pellucid.domain.file_list import FileList
from pellucid.domain.place import SEPARATOR
from pellucid.pipeline.inventory.file_tree import FileTree, Spot
from pellucid.pipeline.inventory.managers import CONDA, OF_LANGUAGES, WHEEL, home, manager_of, names_for, names_of

MERGED = ("bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/")
Key = tuple[int, str, str, str]
"""(container, folder that the database speaks for, manager, name of the package)"""


class Ownership:
    """Which of `dependencies` owns an artefact. Of several databases in an image each speaks for its own root."""

    def __init__(
        self, tree: FileTree, dependencies: Sequence[Dependency], lists: Iterable[tuple[str, FileList]]
    ) -> None:
        self._tree = tree
        self._packages: dict[Key, int] = {}
        # What is said in one file, or side by side (NAME and NAME.md5sums), is of one package.
        self._beside: dict[tuple[str, str, str], int] = {}
        self._owners: dict[str, int] = {}
        self._by_system: set[str] = set()
        self._homes: dict[int, set[tuple[int, str, str]]] = defaultdict(set)
        self._listed: set[int] = set()
        for number, dependency in enumerate(dependencies):
            manager = manager_of(dependency)
            if manager and dependency.witness in (Witness.PACKAGE, Witness.MANIFEST):
                self._know(number, manager, dependency)
        for path, files in lists:
            if place := tree.spot(path):
                self._take(place, path, files)

    def owner(self, artefact: str) -> int | None:
        """The number of the dependency that owns the artefact at this path, or the file that it lies in."""
        while artefact:
            if (found := self._owners.get(artefact)) is not None:
                return found
            artefact = artefact.rpartition(SEPARATOR)[0]
        return None

    def may_own(self, number: int, artefact: str, *, sure: bool) -> bool:
        """Whether a file that nobody owns may be the package's: of its root, and not missing in a list of its files.

        Of what has no version one in the same root is enough: caches of compiled programs are in no list.
        """
        spot = self._tree.spot(artefact)
        if spot is None or (sure and number in self._listed):
            return False
        homes = self._homes[number]
        return any(
            (spot.container, spot.root) == (container, root) and (folder == root or spot.name.startswith(f"{folder}/"))
            for container, root, folder in homes
        )

    def together(self, first: int, second: int) -> bool:
        """Whether two packages are installed in the same root."""
        roots = [{(container, root) for container, root, _ in self._homes[number]} for number in (first, second)]
        return not roots[0].isdisjoint(roots[1])

    def _know(self, number: int, manager: str, dependency: Dependency) -> None:
        names = tuple(names_of(manager, dependency))
        for path in dict.fromkeys(item.artefact for item in dependency.evidence):
            spot = self._tree.spot(path)
            if spot is None:
                continue
            folder = home(manager, spot)
            self._homes[number].add((spot.container, spot.root, folder))
            for name in names:
                self._packages.setdefault((spot.container, folder, manager, name), number)
                self._beside.setdefault((path, manager, name), number)
            self._beside.setdefault((path, manager, ""), number)

    def _package(self, spot: Spot, path: str, files: FileList) -> int | None:
        folder = home(files.manager, spot)
        for name in names_for(files, spot.name):
            number = self._beside.get((path, files.manager, name))
            if number is None:
                number = self._packages.get((spot.container, folder, files.manager, name))
            if number is not None:
                return number
        return self._beside.get((path.removesuffix(".md5sums"), files.manager, "")) if not files.package else None

    def _take(self, spot: Spot, path: str, files: FileList) -> None:
        number = self._package(spot, path, files)
        if number is None:
            return
        self._listed.add(number)
        base = home(files.manager, spot) if files.manager in (WHEEL, CONDA) else spot.root
        for listed in files.paths:
            found = self._found(spot, base, listed.lstrip("/"))
            if found and found not in self._by_system:
                # A wheel that a package brought belongs to the package.
                if files.manager in OF_LANGUAGES:
                    self._owners.setdefault(found, number)
                else:
                    self._owners[found] = number
                    self._by_system.add(found)

    def _found(self, spot: Spot, base: str, path: str) -> str:
        """The artefact at a listed path; also where /lib has become a part of /usr without a link that says so."""
        folder, _, last = path.rpartition("/")
        for candidate in (folder, f"usr/{folder}") if path.startswith(MERGED) else (folder,):
            at = _joined(base, candidate)
            name = last if at == "." else f"{at}/{last}"
            if found := self._tree.path(spot.container, self._tree.real_name(spot.container, spot.root, name)):
                return found
        return ""


@lru_cache(maxsize=4096)
def _joined(base: str, folder: str) -> str:
    """A folder that many files are listed in."""
    return normpath(f"{base}/{folder}" if base and folder else base or folder or ".")
