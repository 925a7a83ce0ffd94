"""Modules of the Linux kernel by name, as modprobe(8) finds them below /lib/modules/RELEASE."""

import re
from posixpath import basename, dirname

from pellucid.pipeline.inventory.file_tree import FileTree, Spot

FILE = re.compile(r"(?P<name>[^/]+?)\.ko(?P<compressed>\.(?:gz|xz|zst|bz2|lz4))?")
RELEASE = re.compile(r"(?:usr/)?lib/modules/(?P<release>[^/]+)/")


class KernelObjects:
    """Resolves names of modules, in which a hyphen is as good as an underscore."""

    def __init__(self, tree: FileTree) -> None:
        self._tree = tree
        self._known: dict[int, dict[tuple[str, str, str], str]] = {}

    def find(self, spot: Spot, name: str) -> str:
        """The module that one at `spot` depends on: of the same root and release, or beside it; empty when none is."""
        outside = self._tree.outside(spot)
        holder = FILE.fullmatch(basename(outside.name)) if outside is not None else None
        if outside is not None and holder and holder["compressed"]:
            # What came out of NAME.ko.xz stands where that stands.
            spot = outside
        if spot.container not in self._known:
            self._known[spot.container] = self._modules(spot.container)
        return self._known[spot.container].get((*self._folder(spot.name, spot.root), name.replace("-", "_")), "")

    def _modules(self, container: int) -> dict[tuple[str, str, str], str]:
        """Paths of artefacts by root, folder of the release, and name."""
        found: dict[tuple[str, str, str], str] = {}
        for name in self._tree.names(container):
            if match := FILE.fullmatch(basename(name)):
                key = (*self._folder(name, self._tree.root_of(container, name)), match["name"].replace("-", "_"))
                # Out of one that is not compressed comes its signature.
                read = self._tree.unpacked if match["compressed"] else self._tree.path
                found.setdefault(key, read(container, name))
        return found

    @staticmethod
    def _folder(name: str, root: str) -> tuple[str, str]:
        """The root, and the release that the module is of; where it lies elsewhere, the folder alone."""
        inside = name[len(root) :].lstrip("/")
        found = RELEASE.match(inside)
        return root, found["release"] if found else f"/{dirname(inside)}"
