"""The inventory of an image, put together from what was found at its places."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from pellucid.domain.component import Component, Reachability
from pellucid.domain.dependency import Dependency
from pellucid.domain.file_list import FileList
from pellucid.domain.link import Link
from pellucid.domain.package_licence import PackageLicence
from pellucid.domain.place import ScannedPlace
from pellucid.domain.start import Start
from pellucid.pipeline.inventory.file_tree import FileTree
from pellucid.pipeline.inventory.licences import licensed
from pellucid.pipeline.inventory.loading import Loading, by_path
from pellucid.pipeline.inventory.ownership import Ownership
from pellucid.pipeline.inventory.products import merged
from pellucid.pipeline.inventory.reachability import Running

MOST_PLACES = 200


class Assembled(msgspec.Struct, frozen=True, kw_only=True):
    """What an image is made of, each thing once."""

    components: tuple[Component, ...]
    dependencies: tuple[Dependency, ...]
    links: tuple[Link, ...]


def assemble(
    places: Sequence[ScannedPlace],
    *,
    components: Sequence[Component],
    dependencies: Sequence[Dependency],
    file_lists: Iterable[tuple[str, FileList]],
    starts: Sequence[Start],
    package_licences: Sequence[tuple[str, PackageLicence]] = (),
) -> Assembled:
    """Join facts, which know the paths of their artefacts, by the tree `places` that these lie in."""
    tree = FileTree(places)
    dependencies = tuple(licensed(dependencies, tree, package_licences))
    software = by_path(components)
    ownership = Ownership(tree, dependencies, file_lists)
    links = tuple(Loading(tree, software).links())
    reached = Running(tree, software, links, starts).reached()
    return Assembled(
        components=tuple(
            replace(item, reachability=reached.get(item.evidence.artefact, Reachability.UNKNOWN)) for item in components
        ),
        dependencies=tuple(_placed(dependencies, ownership, software)),
        links=links,
    )


def _placed(dependencies: Sequence[Dependency], ownership: Ownership, software: Iterable[str]) -> list[Dependency]:
    """Each product with the artefacts that it is found in, and those components that its package owns."""
    owned: dict[tuple[str, str, str, str], list[str]] = {}
    for path in software:
        owner = ownership.owner(path)
        if owner is not None:
            owned.setdefault(dependencies[owner].identity, []).append(path)
    found = []
    for item in merged(dependencies, ownership):
        places = dict.fromkeys((*owned.get(item.identity, ()), *(seen.artefact for seen in item.evidence)))
        found.append(replace(item, places=tuple(places)[:MOST_PLACES]))
    return found
