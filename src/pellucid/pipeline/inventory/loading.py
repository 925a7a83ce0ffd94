"""Who loads whom: names that components ask for, resolved inside the image as what runs them would."""

from collections.abc import Iterator, Mapping, Sequence

from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.link import Link, LinkKind
from pellucid.pipeline.inventory.file_tree import FileTree, Spot
from pellucid.pipeline.inventory.kernel_objects import KernelObjects
from pellucid.pipeline.inventory.mach_libraries import MachLibraries
from pellucid.pipeline.inventory.python_modules import PythonModules
from pellucid.pipeline.inventory.shared_objects import SharedObjects
from pellucid.pipeline.inventory.windows_libraries import WindowsLibraries

PROGRAM_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/system/bin")
MOST_LINKS = 500_000


class Loading:
    """Resolves what the components of an image need. `components` by the path of their artefact."""

    def __init__(self, tree: FileTree, components: Mapping[str, Component]) -> None:
        self._tree, self._components = tree, components
        self._objects = SharedObjects(tree, components)
        self._kernel = KernelObjects(tree)
        self._python = PythonModules(tree)
        self._windows = WindowsLibraries(tree, components)
        self._mach = MachLibraries(tree, components)
        self._programs: dict[tuple[int, str, str], str] = {}

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
        program = self.program(spot, component.interpreter) if component.interpreter else ""
        if program:
            yield Link(source=path, target=program, kind=LinkKind.RUNS_IN)
        for name in component.needed:
            if target := self._loaded(spot, component, name, program):
                yield Link(source=path, target=target, kind=LinkKind.LOADS)
        for command in component.calls:
            if target := self.program(spot, command):
                yield Link(source=path, target=target, kind=LinkKind.CALLS)

    def _loaded(self, spot: Spot, component: Component, name: str, program: str) -> str:
        match component.format:
            case "python":
                return self._python.find(spot, name, program)
            case "pe":
                return self._windows.find(spot, component, name)
            case "macho":
                return self._mach.find(spot, component, name)
            case "elf" if component.kind is ComponentKind.MODULE:
                return self._kernel.find(spot, name)
            case _:
                return self._objects.find(spot, component, name)

    def program(self, spot: Spot, command: str) -> str:
        """The artefact that a command means: a path, or a name to be looked for where programs are."""
        if "/" in command:
            return self._tree.resolve(spot, command)
        # Of one root, all that have a command mean the same by it.
        key = (spot.container, spot.root, command)
        if key not in self._programs:
            found = (self._tree.resolve(spot, f"{folder}/{command}") for folder in PROGRAM_FOLDERS)
            self._programs[key] = next(filter(None, found), "")
        return self._programs[key]


def by_path(components: Sequence[Component]) -> dict[str, Component]:
    """Components by the path of their artefact; the first one counts."""
    found: dict[str, Component] = {}
    for component in components:
        found.setdefault(component.evidence.artefact, component)
    return found
