"""Who owns a file: what package managers say, at the places where the files really lie."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from posixpath import basename, dirname, join, normpath

from pellucid.domain.dependency import Dependency, Witness
from pellucid.domain.file_list import FileList
from pellucid.pipeline.inventory.file_tree import FileTree, Spot

# Types of package URLs by the manager that keeps lists of files.
MANAGERS = {"deb": "dpkg", "apk": "apk", "rpm": "rpm", "opkg": "opkg", "alpm": "pacman", "ebuild": "portage"}
MANAGERS |= {"pypi": "wheel"}
WHEEL = "wheel"
MERGED = ("bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/")
LIST_SUFFIXES = (".list", ".md5sums", ".conffiles")
Key = tuple[int, str, str, str]
"""(container, root, manager, name of the package)"""


class Ownership:
    """Which of `dependencies` owns an artefact. Of several databases in an image each speaks for its own root."""

    def __init__(
        self, tree: FileTree, dependencies: Sequence[Dependency], lists: Iterable[tuple[str, FileList]]
    ) -> None:
        self._tree = tree
        self._packages: dict[Key, int] = {}
        self._owners: dict[str, int] = {}
        self._roots: dict[int, set[tuple[int, str]]] = defaultdict(set)
        self._listed: set[int] = set()
        for number, dependency in enumerate(dependencies):
            manager = manager_of(dependency)
            if not manager or dependency.witness not in (Witness.PACKAGE, Witness.MANIFEST):
                continue
            for spot in filter(None, (tree.spot(item.artefact) for item in dependency.evidence)):
                self._roots[number].add((spot.container, spot.root))
                for name in {dependency.product, dependency.product.lower()}:
                    self._packages.setdefault((spot.container, spot.root, manager, name), number)
        for path, files in lists:
            if place := tree.spot(path):
                self._take(place, files)

    def owner(self, artefact: str) -> int | None:
        """The number of the dependency that owns the artefact at this path."""
        return self._owners.get(artefact)

    def may_own(self, number: int, artefact: str, *, sure: bool) -> bool:
        """Whether a file that nobody owns may be the package's: of its root, and not missing in a list of its files.

        Of what has no version one in the same root is enough: caches of compiled programs are in no list.
        """
        spot = self._tree.spot(artefact)
        here = spot is not None and (spot.container, spot.root) in self._roots[number]
        return here and (not sure or number not in self._listed)

    def owned(self) -> Iterable[tuple[str, int]]:
        """(artefact, number of its owner) of everything that is owned."""
        return self._owners.items()

    def _take(self, spot: Spot, files: FileList) -> None:
        name = files.package or _named(spot.name)
        key = (spot.container, spot.root, files.manager, name)
        number = self._packages.get(key, self._packages.get((*key[:3], name.lower())))
        if number is None:
            return
        self._listed.add(number)
        base = dirname(dirname(spot.name)) if files.manager == WHEEL else spot.root
        for path in files.paths:
            if found := self._found(spot, base, path.lstrip("/")):
                # The system's own packages come first: a wheel that a package brought belongs to the package.
                if files.manager == WHEEL:
                    self._owners.setdefault(found, number)
                else:
                    self._owners[found] = number

    def _found(self, spot: Spot, base: str, path: str) -> str:
        """The artefact at a listed path; also where /lib has become a part of /usr without a link that says so."""
        for candidate in (path, f"usr/{path}") if path.startswith(MERGED) else (path,):
            name = normpath(join(base, candidate)) if base else normpath(candidate)
            if found := self._tree.path(spot.container, self._tree.real_name(spot.container, spot.root, name)):
                return found
        return ""


def manager_of(dependency: Dependency) -> str:
    """The package manager that a dependency's package URL speaks of; empty when none that keeps lists."""
    kind = dependency.purl.removeprefix("pkg:").partition("/")[0]
    return MANAGERS.get(kind, "")


def is_system_package(dependency: Dependency) -> bool:
    """Whether the package manager of an operating system installed it."""
    return dependency.witness is Witness.PACKAGE and manager_of(dependency) not in ("", WHEEL)


def _named(name: str) -> str:
    """The package by the name of its list: info/libc6:amd64.list."""
    base = basename(name)
    for suffix in LIST_SUFFIXES:
        base = base.removesuffix(suffix)
    return base.partition(":")[0]
