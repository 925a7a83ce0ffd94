"""What packages need and provide: the relations of dpkg and opkg, of apk, and who satisfies them.

Specifications: deb-control(5), "Syntax of relationship fields"; apk-package(5), "depend" and "provides".
"""

import re
from collections.abc import Iterable, Mapping, Sequence

MOST_NEEDS = 5000
LONGEST_NAME = 256
# A name ends where its version, its architecture, its build profiles or an operator begins.
END_OF_NAME = re.compile(r"[\s(\[<>=~:]")
END_OF_CAPABILITY = re.compile(r"[<>=~]")

Clause = tuple[str, ...]
"""Alternatives, one of which is needed."""


def clauses(*relations: str) -> tuple[Clause, ...]:
    """`a (>= 1), b:any | c` as (("a",), ("b", "c")): names alone."""
    found: dict[Clause, None] = {}
    for relation in relations:
        for clause in relation.split(",")[:MOST_NEEDS]:
            names = (END_OF_NAME.split(item.strip(), maxsplit=1)[0] for item in clause.split("|")[:64])
            if alternatives := tuple(name for name in names if 0 < len(name) <= LONGEST_NAME):
                found[alternatives] = None
    return tuple(found)[:MOST_NEEDS]


def capabilities(words: str) -> tuple[str, ...]:
    """`musl>=1.2 so:libz.so.1 !b` as ("musl", "so:libz.so.1"): conflicts and versions left out."""
    found: dict[str, None] = {}
    for word in words.split()[:MOST_NEEDS]:
        name = END_OF_CAPABILITY.split(word, maxsplit=1)[0]
        if 0 < len(name) <= LONGEST_NAME and not name.startswith("!"):
            found[name] = None
    return tuple(found)


def resolved(
    needs: Iterable[Clause], providers: Mapping[str, str], *, name: str = "", keep: bool = True
) -> tuple[str, ...]:
    """The packages that satisfy `needs`: of each clause the first alternative that is there.

    `providers` says which package has a name or capability. What nobody provides stays as it is called first, or is
    left out without `keep`; what the package `name` itself provides is left out.
    """
    found: dict[str, None] = {}
    for clause in needs:
        provider = next((providers[item] for item in clause if item in providers), clause[0] if keep else "")
        if provider and provider != name:
            found[provider] = None
    return tuple(found)


def providers(packages: Iterable[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """Name or capability -> package, from (name, what it provides) each; a package's own name goes first."""
    listed = list(packages)
    found = {name: name for name, _ in listed}
    for name, provided in listed:
        for item in provided:
            found.setdefault(item, name)
    return found
