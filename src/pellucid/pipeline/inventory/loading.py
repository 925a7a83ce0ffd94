"""Who loads whom: names that components ask for, resolved as the dynamic loader of the image would.

Search order of ld.so(8): RPATH (when there is no RUNPATH), RUNPATH, the folders of the system. What is configured in
/etc/ld.so.conf is not read: a library in another folder is found by its name alone when there is only one that fits.
"""

from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname

from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.link import Link, LinkKind
from pellucid.pipeline.inventory.file_tree import FileTree, Spot

SYSTEM_FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/lib32", "/usr/lib32", "/usr/local/lib", "/system/lib")
PROGRAM_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/system/bin")
MOST_LINKS = 500_000


class Loading:
    """Resolves what the components of an image need. `components` by the path of their artefact."""

    def __init__(self, tree: FileTree, components: Mapping[str, Component]) -> None:
        self._tree, self._components = tree, components

    def links(self) -> Iterator[Link]:
        """All that can be resolved, each once."""
        seen: set[Link] = set()
        for path, component in self._components.items():
            for link in self._of(path, component):
                if link not in seen and link.source != link.target:
                    if len(seen) >= MOST_LINKS:
                        return
                    seen.add(link)
                    yield link

    def _of(self, path: str, component: Component) -> Iterator[Link]:
        spot = self._tree.spot(path)
        if spot is None:
            return
        if component.interpreter and (target := self.program(spot, component.interpreter)):
            yield Link(source=path, target=target, kind=LinkKind.RUNS_IN)
        for name in component.needed:
            if target := self._library(spot, component, name):
                yield Link(source=path, target=target, kind=LinkKind.LOADS)
        for command in component.calls:
            if target := self.program(spot, command):
                yield Link(source=path, target=target, kind=LinkKind.CALLS)

    def program(self, spot: Spot, command: str) -> str:
        """The artefact that a command means: a path, or a name to be looked for where programs are."""
        if "/" in command:
            return self._tree.resolve(spot, command)
        found = (self._tree.resolve(spot, f"{folder}/{command}") for folder in PROGRAM_FOLDERS)
        return next(filter(None, found), "")

    def _library(self, spot: Spot, component: Component, name: str) -> str:
        if "/" in name:
            return self._tree.resolve(spot, name)
        folders = (*(component.runpath or component.rpath), *SYSTEM_FOLDERS)
        for folder in folders:
            place = _expanded(folder, spot)
            found = self._tree.resolve(spot, f"{place}/{name}")
            if found and self._fits(component, found):
                return found
        return self._anywhere(spot, component, name)

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


def by_path(components: Sequence[Component]) -> dict[str, Component]:
    """Components by the path of their artefact; the first one counts."""
    found: dict[str, Component] = {}
    for component in components:
        found.setdefault(component.evidence.artefact, component)
    return found
