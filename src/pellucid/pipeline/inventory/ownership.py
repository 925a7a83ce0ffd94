"""Who owns a file: what package managers say, at the places where the files really lie."""

from collections.abc import Iterable, Sequence
from posixpath import basename, dirname, join, normpath

from pellucid.domain.dependency import Dependency, Witness
from pellucid.domain.file_list import FileList
from pellucid.pipeline.inventory.file_tree import FileTree, Spot

# Types of package URLs by the manager that keeps lists of files.
MANAGERS = {"deb": "dpkg", "apk": "apk", "rpm": "rpm", "opkg": "opkg", "alpm": "pacman", "ebuild": "portage"}
MANAGERS |= {"pypi": "wheel"}
WHEEL = "wheel"
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
        for number, dependency in enumerate(dependencies):
            manager = manager_of(dependency)
            if not manager or dependency.witness not in (Witness.PACKAGE, Witness.MANIFEST):
                continue
            for spot in filter(None, (tree.spot(item.artefact) for item in dependency.evidence)):
                for name in {dependency.product, dependency.product.lower()}:
                    self._packages.setdefault((spot.container, spot.root, manager, name), number)
        for path, files in lists:
            if place := tree.spot(path):
                self._take(place, files)

    def owner(self, artefact: str) -> int | None:
        """The number of the dependency that owns the artefact at this path."""
        return self._owners.get(artefact)

    def owned(self) -> Iterable[tuple[str, int]]:
        """(artefact, number of its owner) of everything that is owned."""
        return self._owners.items()

    def _take(self, spot: Spot, files: FileList) -> None:
        name = files.package or _named(spot.name)
        key = (spot.container, spot.root, files.manager, name)
        number = self._packages.get(key, self._packages.get((*key[:3], name.lower())))
        if number is None:
            return
        base = dirname(dirname(spot.name)) if files.manager == WHEEL else spot.root
        for path in files.paths:
            name = normpath(join(base, path.lstrip("/"))) if base else normpath(path.lstrip("/"))
            real = self._tree.real_name(spot.container, spot.root, name)
            if found := self._tree.path(spot.container, real):
                # The system's own packages come first: a wheel that a package brought belongs to the package.
                if files.manager == WHEEL:
                    self._owners.setdefault(found, number)
                else:
                    self._owners[found] = number


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
