"""Modules of Python by name: beside a script, or where the interpreter of the image looks (Python, module site)."""

import re
from collections import defaultdict
from posixpath import basename, dirname, join

from pellucid.domain.place import SEPARATOR
from pellucid.pipeline.inventory.file_tree import FileTree, Spot

LIBRARY = re.compile(r"(?:.*/)?lib(?:64)?/python(?P<version>[23][\d.]*)(?:/(?:site|dist)-packages)?")
INTERPRETER = re.compile(r"python(?P<version>[23]\.\d+)")
NAME = re.compile(r"\w+")
FORMS = ("{}.py", "{}/__init__.py", "{}.pyc", "{}/__init__.pyc")


class PythonModules:
    """Resolves names of modules of the first level."""

    def __init__(self, tree: FileTree) -> None:
        self._tree = tree
        self._known: dict[int, dict[str, dict[str, str]]] = {}

    def find(self, spot: Spot, name: str, interpreter: str) -> str:
        """The file that a script at `spot` imports as `name`; `interpreter` is the path of what runs it, if known."""
        if not NAME.fullmatch(name):
            return ""
        found = INTERPRETER.fullmatch(basename(interpreter.rpartition(SEPARATOR)[2]))
        for folder in (dirname(spot.name), *self._folders(spot, found["version"] if found else "")):
            for form in FORMS:
                at = self._tree.real_name(spot.container, spot.root, join(folder, form.format(name)))
                if path := self._tree.path(spot.container, at):
                    return path
        return ""

    def _folders(self, spot: Spot, version: str) -> list[str]:
        """Those of the same root, of one version: the interpreter's, or else the newest that is there."""
        if spot.container not in self._known:
            self._known[spot.container] = self._libraries(spot.container)
        folders = self._known[spot.container].get(spot.root, {})
        minors = {found for found in folders.values() if "." in found}
        wanted = version or max(minors, key=_number, default="")
        # Debian keeps packages that are for every Python 3 in lib/python3/dist-packages.
        return [folder for folder, found in folders.items() if found in (wanted, wanted.partition(".")[0])]

    def _libraries(self, container: int) -> dict[str, dict[str, str]]:
        """Versions by folder, by root; a standard library comes before packages."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        parents = {dirname(name) for name in self._tree.names(container)}
        # A package may be all that a folder of packages holds.
        folders = parents | {dirname(parent) for parent in parents}
        for folder in sorted(folder for folder in folders if "/python" in folder):
            root = self._tree.root_of(container, f"{folder}/x")
            if match := LIBRARY.fullmatch(folder[len(root) :].lstrip("/")):
                found[root][folder] = match["version"]
        return found


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
