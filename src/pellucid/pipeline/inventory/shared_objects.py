"""Libraries of ELF programs, found as the dynamic loader of the image would.

Search order of ld.so(8): RPATH (when there is no RUNPATH), RUNPATH, the folders of the system. What is configured in
/etc/ld.so.conf is not read: a library in another folder is found by its name alone when there is only one that fits.
"""

from collections.abc import Mapping
from posixpath import dirname

from pellucid.domain.component import Component, ComponentKind
from pellucid.pipeline.inventory.file_tree import FileTree, Spot

SYSTEM_FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/lib32", "/usr/lib32", "/usr/local/lib", "/system/lib")


class SharedObjects:
    """Resolves names of libraries; `components` by the path of their artefact."""

    def __init__(self, tree: FileTree, components: Mapping[str, Component]) -> None:
        self._tree, self._components = tree, components
        self._found: dict[tuple[int, str, str, str, int, str], str] = {}

    def find(self, spot: Spot, component: Component, name: str) -> str:
        """The library that a component means by a name that it needs; empty when there is none."""
        if "/" in name:
            return self._tree.resolve(spot, name)
        for folder in component.runpath or component.rpath:
            found = self._tree.resolve(spot, f"{_expanded(folder, spot)}/{name}")
            if found and self._fits(component, found):
                return found
        return self._of_system(spot, component, name) or self._anywhere(spot, component, name)

    def _of_system(self, spot: Spot, component: Component, name: str) -> str:
        """In the folders that the loader knows: what it finds there is the same for all programs of one machine."""
        key = (spot.container, spot.root, component.format, component.architecture, component.bits, name)
        known = self._found.get(key)
        if known is None:
            paths = (self._tree.resolve(spot, f"{folder}/{name}") for folder in SYSTEM_FOLDERS)
            known = self._found[key] = next((path for path in paths if path and self._fits(component, path)), "")
        return known

    def _anywhere(self, spot: Spot, component: Component, name: str) -> str:
        """In the folders of an architecture (/usr/lib/<triplet>), beside the file itself, or the only one that fits."""
        real: dict[str, str] = {}
        for candidate in self._tree.named(spot.container, name):
            if self._tree.root_of(spot.container, candidate) != spot.root:
                continue
            found = self._tree.path(spot.container, self._tree.real_name(spot.container, spot.root, candidate))
            if found and self._fits(component, found):
                real.setdefault(found, candidate)
        own = dirname(spot.name)
        preferred = [found for found, candidate in real.items() if _is_system(candidate, spot.root)]
        beside = [found for found, candidate in real.items() if dirname(candidate) == own]
        for choice in (preferred, beside, list(real)):
            if len(choice) == 1:
                return choice[0]
        return preferred[0] if preferred else ""

    def _fits(self, component: Component, path: str) -> bool:
        """Whether a loader would take it: the same kind of machine. What is no component was not looked at."""
        other = self._components.get(path)
        if other is None:
            return component.kind is ComponentKind.SCRIPT
        return other.format == component.format and (other.architecture, other.bits) == (
            component.architecture,
            component.bits,
        )


def _expanded(folder: str, spot: Spot) -> str:
    origin = "/" + dirname(spot.name)[len(spot.root) :].lstrip("/")
    return (
        folder.replace("${ORIGIN}", origin).replace("$ORIGIN", origin).replace("${LIB}", "lib").replace("$LIB", "lib")
    )


def _is_system(name: str, root: str) -> bool:
    """Whether it lies right in a folder of libraries, or in that of an architecture below one."""
    folder = "/" + dirname(name[len(root) :].lstrip("/"))
    return folder in SYSTEM_FOLDERS or dirname(folder) in SYSTEM_FOLDERS
