"""Libraries of PE programs: beside the program, or in the folders of the system ("Dynamic-link library search order").

Names are compared without regard to case. Assemblies of .NET are named without a suffix.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from posixpath import basename, dirname

from pellucid.domain.component import Component
from pellucid.pipeline.inventory.file_tree import FileTree, Spot

SYSTEM_FOLDER = re.compile(r"(?:.*/)?(?:system32(?:/drivers)?|syswow64|system|windows|winnt)", re.IGNORECASE)
SUFFIXES = (".dll", ".exe", ".sys", ".drv", ".ocx", ".cpl")


class WindowsLibraries:
    """Resolves names of libraries; `components` by the path of their artefact."""

    def __init__(self, tree: FileTree, components: Mapping[str, Component]) -> None:
        self._tree, self._components = tree, components
        self._known: dict[int, dict[str, list[str]]] = {}

    def find(self, spot: Spot, component: Component, name: str) -> str:
        """The library that a component at `spot` imports; empty when there is none for its machine."""
        assembly = not name.lower().endswith(SUFFIXES)
        wanted = f"{name}.dll" if assembly else name
        if spot.container not in self._known:
            self._known[spot.container] = self._by_name(spot.container)
        own = dirname(spot.name).lower()
        system = ""
        for candidate in self._known[spot.container].get(wanted.lower(), ()):
            path = self._tree.path(spot.container, candidate)
            if not self._fits(component, path, any_machine=assembly):
                continue
            if dirname(candidate).lower() == own:
                return path
            if not system and not assembly and SYSTEM_FOLDER.fullmatch(dirname(candidate)):
                same = self._tree.root_of(spot.container, candidate) == spot.root
                system = path if same else system
        return system

    def _by_name(self, container: int) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name in self._tree.names(container):
            found[basename(name).lower()].append(name)
        return found

    def _fits(self, component: Component, path: str, *, any_machine: bool) -> bool:
        other = self._components.get(path)
        if other is None or other.format != "pe":
            return False
        return any_machine or other.architecture == component.architecture
