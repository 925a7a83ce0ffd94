"""The graph of a bill: every dependency and component with a reference, and what has, needs and uses what.

The order is that of identities and paths, whatever the order in the bill: equal bills give equal documents.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from pellucid.domain.bill import Bill, BillComponent
from pellucid.domain.dependency import Dependency, Witness
from pellucid.domain.link import Link
from pellucid.reports.identifiers import is_purl, package_name
from pellucid.reports.text import plain

ROOT = "image"
TOOL = "pellucid"


class BillGraph:
    """References are unique, on one line, and the same in every bill for a dependency or path that it has once."""

    def __init__(self, bill: Bill) -> None:
        taken = {ROOT, TOOL}
        ordered = sorted(bill.dependencies, key=_order)
        self.dependencies = [(_unique(_named(item), taken), item) for item in ordered]
        parts = sorted(bill.components, key=lambda part: (part.path, part.component.kind, part.component.name))
        self.components = [(_unique(f"file:{part.path}", taken), part) for part in parts]
        self._links = bill.links
        self._refs: dict[str, list[str]] = defaultdict(list)
        for ref, part in self.components:
            self._refs[part.path].append(ref)

    @cached_property
    def carried(self) -> list[tuple[str, str]]:
        """(component, dependency): the component is it, contains it or belongs to it."""
        return sorted({(at, ref) for ref, item in self.dependencies for path in places(item) for at in self._at(path)})

    @cached_property
    def required(self) -> list[tuple[str, str]]:
        """(dependency, dependency that it requires)."""
        return sorted({(ref, other) for ref, item in self.dependencies for other in self._providers(ref, item)})

    @cached_property
    def linked(self) -> list[tuple[str, str, Link]]:
        """(component, component that it uses, how). What leads to no component is among the loose links."""
        return sorted(
            (
                (source, target, link)
                for link in set(self._links)
                for source in self._at(link.source)
                for target in self._at(link.target)
            ),
            key=lambda edge: (edge[0], edge[1], edge[2].kind),
        )

    def links_of(self, part: BillComponent) -> list[Link]:
        """What a component uses, be that a component or not."""
        return self._links_by_source.get(part.path, [])

    def loose_links_of(self, part: BillComponent) -> list[Link]:
        """What a component uses that is no component itself."""
        return [link for link in self.links_of(part) if link.target not in self._refs]

    @cached_property
    def _links_by_source(self) -> dict[str, list[Link]]:
        found: dict[str, list[Link]] = defaultdict(list)
        for link in sorted(set(self._links), key=lambda link: (link.source, link.kind, link.target)):
            found[link.source].append(link)
        return dict(found)

    @cached_property
    def edges(self) -> dict[str, list[str]]:
        """What every node depends on, whichever way; the root on everything."""
        found: dict[str, set[str]] = defaultdict(set)
        for source, target in (*self.carried, *self.required):
            found[source].add(target)
        for source, target, _ in self.linked:
            found[source].add(target)
        refs = [ref for ref, _ in (*self.dependencies, *self.components)]
        return {ROOT: sorted(refs)} | {ref: sorted(found[ref] - {ref}) for ref in refs}

    def unmet(self, dependency: Dependency) -> list[str]:
        """Names that it requires and that nothing in the bill has."""
        return sorted({name for name in dependency.requires if (dependency.ecosystem, name) not in self._packages})

    def elsewhere(self, dependency: Dependency) -> list[str]:
        """Its places that are neither components nor where it was seen."""
        seen = {item.artefact for item in dependency.evidence}
        return [path for path in places(dependency) if path not in self._refs and path not in seen]

    def _at(self, path: str) -> Iterable[str]:
        return self._refs.get(path, ())

    @cached_property
    def _packages(self) -> dict[tuple[str, str], list[tuple[str, Dependency]]]:
        """Dependencies by the universe and the names that packages of it may require them by."""
        found: dict[tuple[str, str], list[tuple[str, Dependency]]] = defaultdict(list)
        for ref, item in self.dependencies:
            for name in sorted({item.product, *item.aliases, package_name(item.purl)} - {""}):
                found[item.ecosystem, name].append((ref, item))
        return dict(found)

    def _providers(self, ref: str, dependency: Dependency) -> Iterator[str]:
        """What is meant by the names it requires: of several of one name, those of its own database."""
        own = {item.artefact for item in dependency.evidence}
        for name in dependency.requires:
            found = self._packages.get((dependency.ecosystem, name), [])
            near = [other for other, item in found if own & {seen.artefact for seen in item.evidence}]
            yield from (other for other in near or [other for other, _ in found] if other != ref)


def places(dependency: Dependency) -> list[str]:
    """Paths where it is; those where it was seen, when nothing else is known."""
    return sorted(set(dependency.places) or {item.artefact for item in dependency.evidence})


def owns_its_places(dependency: Dependency) -> bool:
    """Whether files belong to it, as they do to a package, and not it to files, as code in a program."""
    return dependency.witness in (Witness.PACKAGE, Witness.MANIFEST)


def is_operating_system(dependency: Dependency) -> bool:
    """Whether it runs a machine, as its CPE says; everything else is called a library, for want of a better word."""
    return dependency.cpe.startswith("cpe:2.3:o:")


def _order(item: Dependency) -> tuple[str, ...]:
    """By name first, and never by chance: the last parts tell apart what has the same identity."""
    return (item.product, item.version, item.vendor, item.purl, item.version_range, item.linkage, *places(item)[:1])


def _named(item: Dependency) -> str:
    return item.purl if is_purl(item.purl) else f"software:{item.vendor}/{item.product}@{item.version}"


def _unique(name: str, taken: set[str]) -> str:
    ref = name = plain(name)
    number = 1
    while ref in taken:
        number += 1
        ref = f"{name}#{number}"
    taken.add(ref)
    return ref
