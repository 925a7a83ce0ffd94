"""Which names are names of one vulnerability: union-find over aliases, with a guard against too much of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence


def groups(names: Iterable[Sequence[str]]) -> dict[str, str]:
    """Name -> the name under which it is kept, from lists of names that each are said to be one vulnerability.

    The CVE of a group is its name; without one, the name that sorts first by `_preference`. Aliases are symmetric and
    transitive, but a chain of them that joins two CVEs is somebody's mistake: each CVE then stays alone, and the other
    names go to the CVE that they were said to be together with (the first one, where there are several).
    """
    lists = [tuple(dict.fromkeys(items)) for items in names if items]
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := parent.setdefault(name, name)) != name:
            parent[name] = above = parent.setdefault(above, above)
            name = above
        return name

    for first, *others in lists:
        root(first)
        for other in others:
            parent[root(other)] = root(first)
    members: dict[str, list[str]] = defaultdict(list)
    for name in parent:
        members[root(name)].append(name)
    found: dict[str, str] = {}
    for group in members.values():
        cves = sorted(name for name in group if is_cve(name))
        if len(cves) < 2:
            head = cves[0] if cves else min(group, key=_preference)
            found.update(dict.fromkeys(group, head))
        else:
            found.update(_apart(group, cves, lists))
    return found


def _apart(group: Sequence[str], cves: Sequence[str], lists: Iterable[Sequence[str]]) -> Mapping[str, str]:
    inside = set(group)
    found = {cve: cve for cve in cves}
    for items in lists:
        named = sorted(item for item in items if item in found and is_cve(item)) if inside.intersection(items) else []
        if named:
            for item in items:
                found.setdefault(item, named[0])
    # What is only named beside names without a CVE of their own.
    for name in sorted(inside - found.keys(), key=_preference):
        beside = [found[item] for items in lists if name in items for item in items if item in found]
        found[name] = min(beside, default=name)
    return found


def is_cve(name: str) -> bool:
    """Whether it is one of the names that everybody uses."""
    return name.startswith("CVE-")


def _preference(name: str) -> tuple[int, str]:
    """GitHub's names are the best known after CVEs; those of distributions and packagers the least."""
    order = ("GHSA-", "RUSTSEC-", "GO-", "PYSEC-", "MAL-")
    return next((number for number, prefix in enumerate(order) if name.startswith(prefix)), len(order)), name
