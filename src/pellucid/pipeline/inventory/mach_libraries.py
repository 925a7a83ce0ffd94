"""Libraries of Mach-O programs, found as dyld(1) would: absolute paths, and those below @rpath, @loader_path and so on.

Of paths of run time that a file inherits from the program that loads it nothing is known, so a library that is
found nowhere else is taken when it is the only one with that name.
"""

from collections.abc import Iterator, Mapping
from posixpath import basename, dirname, join

from pellucid.domain.component import Component, ComponentKind
from pellucid.pipeline.inventory.file_tree import FileTree, Spot

RUN_PATH, LOADER, PROGRAM = "@rpath/", "@loader_path", "@executable_path"
BUNDLE, PROGRAMS = "Contents", "MacOS"


class MachLibraries:
    """Resolves names of libraries; `components` by the path of their artefact."""

    def __init__(self, tree: FileTree, components: Mapping[str, Component]) -> None:
        self._tree, self._components = tree, components

    def find(self, spot: Spot, component: Component, name: str) -> str:
        """The library that a component at `spot` loads; empty when there is none."""
        if not name.startswith(RUN_PATH):
            return self._at(spot, component, name)
        rest = name.removeprefix(RUN_PATH)
        found = (self._at(spot, component, join(folder, rest)) for folder in component.rpath)
        return next(filter(None, found), "") or self._only(spot, rest)

    def _at(self, spot: Spot, component: Component, name: str) -> str:
        for path in _expanded(spot, component, name):
            found = self._tree.resolve(spot, path)
            if found and self._fits(found):
                return found
        return ""

    def _only(self, spot: Spot, rest: str) -> str:
        """The library of the same root whose path ends like this, when there is one."""
        found = set()
        for candidate in self._tree.named(spot.container, basename(rest)):
            if self._tree.root_of(spot.container, candidate) == spot.root and f"/{candidate}".endswith(f"/{rest}"):
                real = self._tree.real_name(spot.container, spot.root, candidate)
                path = self._tree.path(spot.container, real)
                if path and self._fits(path):
                    found.add(path)
        return found.pop() if len(found) == 1 else ""

    def _fits(self, path: str) -> bool:
        """Universal files have parts for several machines, the first of which is known."""
        other = self._components.get(path)
        return other is not None and other.format == "macho"


def _expanded(spot: Spot, component: Component, name: str) -> Iterator[str]:
    """The paths that a name may mean, absolute or relative to the folder of the file."""
    if name.startswith(LOADER):
        yield f".{name.removeprefix(LOADER)}"
    elif not name.startswith(PROGRAM):
        yield name
    elif component.kind is ComponentKind.EXECUTABLE:
        yield f".{name.removeprefix(PROGRAM)}"
    else:
        # Inside a bundle the program lies in Contents/MacOS; elsewhere it is as likely beside its libraries.
        inside = f"/{dirname(spot.name[len(spot.root) :].lstrip('/'))}/"
        above, bundle, _ = inside.rpartition(f"/{BUNDLE}/")
        yield f"{above}/{BUNDLE}/{PROGRAMS}{name.removeprefix(PROGRAM)}" if bundle else f".{name.removeprefix(PROGRAM)}"
