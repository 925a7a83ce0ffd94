"""Licences that lie beside the packages that they are of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from posixpath import join

from pellucid.domain.dependency import Dependency, Witness
from pellucid.domain.package_licence import PackageLicence
from pellucid.pipeline.inventory.file_tree import FileTree, Spot
from pellucid.pipeline.inventory.managers import manager_of

FOLDERS = {"dpkg": "/usr/share/doc"}
FILE = "copyright"


def licensed(
    dependencies: Iterable[Dependency], tree: FileTree, licences: Sequence[tuple[str, PackageLicence]]
) -> Iterator[Dependency]:
    """The dependencies, with the licences that the files at these paths state of packages.

    The folder of a package may be a link to that of another, whose licence it then has too.
    """
    by_path = {(path, item.manager): item.licence for path, item in licences if not item.package}
    for dependency in dependencies:
        yield replace(dependency, licence=dependency.licence or _licence(dependency, tree, by_path))


def _licence(dependency: Dependency, tree: FileTree, by_path: Mapping[tuple[str, str], str]) -> str:
    manager = manager_of(dependency)
    if not by_path or manager not in FOLDERS or dependency.witness is not Witness.PACKAGE:
        return ""
    place = join(FOLDERS[manager], dependency.product, FILE)
    found = (by_path.get((path, manager), "") for path in _files(tree, dependency, place))
    return next(filter(None, found), "")


def _files(tree: FileTree, dependency: Dependency, place: str) -> Iterator[str]:
    """The files at `place` in the roots that the dependency is installed in."""
    for spot in filter(None, (tree.spot(item.artefact) for item in dependency.evidence)):
        yield tree.resolve(Spot(spot.container, spot.root, spot.root), place)
