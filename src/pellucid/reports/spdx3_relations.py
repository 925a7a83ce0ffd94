"""Relationships of an SPDX 3.0.1 document, one for each source and kind."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pellucid.domain.link import LinkKind
from pellucid.reports.bill_graph import ROOT, BillGraph, owns_its_places
from pellucid.reports.licences import licence_of
from pellucid.reports.spdx3_elements import Elements
from pellucid.reports.spdx3_software import licence_ref

CONTAINS, NEEDS, LINKS, LICENSED = "contains", "dependsOn", "hasDynamicLink", "hasDeclaredLicense"
# (source, kind, how it is used when the software runs or "")
Head = tuple[str, str, str]


def relations(graph: BillGraph, make: Elements) -> Iterator[dict[str, Any]]:
    """What contains, needs and links what, and under which licence it is."""
    for (source, kind, use), targets in _targets(graph).items():
        type_ = "LifecycleScopedRelationship" if use else "Relationship"
        element = make.element(type_, f"{kind}:{use}:{source}", description=use)
        element["from"] = make.id(source)
        element |= {"relationshipType": kind, "to": [make.id(target) for target in dict.fromkeys(targets)]}
        if use:
            element["scope"] = "runtime"
        if source == ROOT:
            element["completeness"] = "incomplete"
        yield element


def _targets(graph: BillGraph) -> dict[Head, list[str]]:
    found: dict[Head, list[str]] = defaultdict(list)
    found[ROOT, CONTAINS, ""] = [ref for ref, _ in (*graph.dependencies, *graph.components)]
    owners = {ref for ref, item in graph.dependencies if owns_its_places(item)}
    for component, dependency in graph.carried:
        holder, held = (dependency, component) if dependency in owners else (component, dependency)
        found[holder, CONTAINS, ""].append(held)
    for source, target in graph.required:
        found[source, NEEDS, ""].append(target)
    for source, target, link in graph.linked:
        head = (source, LINKS, "") if link.kind is LinkKind.LOADS else (source, NEEDS, str(link.kind))
        found[head].append(target)
    for ref, item in graph.dependencies:
        if licence := licence_of(item.licence):
            found[ref, LICENSED, ""].append(licence_ref(licence))
    return {head: targets for head, targets in found.items() if targets}
