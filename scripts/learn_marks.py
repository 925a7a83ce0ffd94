"""Marks: strings that all builds of a product have, and symbols that came with a version and stayed."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key

from scripts import learn_versions
from scripts.learn_builds import Build
from scripts.learn_templates import named

from pellucid.formats import version_order

MOST_MARKS, MOST_ROLES, MOST_SINCE_MARKS, MOST_STEPS = 10, 4, 4, 8
LEAST_ARCHITECTURES = 2
PROSE = re.compile(rb"(?=[\x20-\x7e]*[A-Za-z]{3,}[^A-Za-z\x20-]* [\x20-\x7e]*[A-Za-z]{3})[\x20-\x7e]{12,70}")
# What compilers, linkers and the C library put into every program, and what differs between machines.
FOREIGN = re.compile(
    rb"GCC: |\.so\b|^/|/usr/|/build/|^_|@@|\.c$|\.cc?p?p?$|GLIBC|linux-gnu|%s: %s$|^[\W\d]+$|\d{4}-\d\d"
)
SYMBOL = re.compile(r"[A-Za-z](?:[A-Za-z0-9]|_(?!_)){5,60}")
NODE = re.compile(r"([A-Za-z][A-Za-z0-9_]*)_\d+(?:\.\d+)+")


@dataclass(frozen=True)
class Symbols:
    """What one build of a library exports; `whole` are those whose names stand by themselves in the file."""

    architecture: str
    exported: frozenset[str]
    whole: frozenset[str]


@dataclass
class Role:
    """The strings and symbols of one file of a product over its builds."""

    stable: set[bytes] | None = None
    builds: int = 0
    soname: str = ""
    by_version: dict[str, list["Symbols"]] = field(default_factory=lambda: defaultdict(list))


class Marks:
    """Collects what is common to the builds of a product, by role of file."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names
        self.roles: dict[str, Role] = defaultdict(Role)

    def add(self, build: Build) -> None:
        seen: set[str] = set()
        for file in build.files:
            if not file.is_public or file.role in seen:
                continue
            seen.add(file.role)
            role = self.roles[file.role]
            texts = file.texts()
            role.builds += 1
            role.stable = texts if role.stable is None else role.stable & texts
            if file.soname:
                role.soname = stem_of(file.soname)
                nodes = {text.decode() for text in texts if self._is_own_node(text)}
                whole = frozenset(name for name in file.exports if name.encode() in texts) | nodes
                if build.version:
                    symbols = Symbols(build.architecture, file.exports | nodes, whole)
                    role.by_version[build.version].append(symbols)

    def _is_own_node(self, text: bytes) -> bool:
        found = NODE.fullmatch(text.decode())
        return found is not None and named(found[1], self.names)

    def main(self, builds: int) -> list[tuple[str, Role]]:
        """The roles that most builds have."""
        common = [(name, role) for name, role in self.roles.items() if role.builds * 2 >= builds]
        common.sort(key=lambda item: (-item[1].builds, not named(item[0], self.names), item[0]))
        return common[:MOST_ROLES]

    def prose(self, role: Role) -> list[str]:
        """Messages that every build has: they survive static linking and stripping, and no user imports them."""
        lines = {text.removesuffix(b"\n") for text in role.stable or ()}
        texts = [text for text in lines if PROSE.fullmatch(text) and not FOREIGN.search(text)]
        ranked = sorted((text.decode() for text in texts), key=lambda text: (-self._weight(text), text))
        return ranked[:MOST_MARKS]

    def _weight(self, text: str) -> float:
        letters = sum(map(str.isalpha, text))
        words = len(re.findall(r"[A-Za-z]{3,}", text))
        return (
            min(words, 5)
            + 3 * named(text, self.names)
            + letters / len(text)
            - 6 * (" " not in text and "%" not in text)
        )


def stem_of(soname: str) -> str:
    """What a signature says of a soname: up to ".so", or up to the hyphen before a version of the product."""
    stem, dot, _ = soname.partition(".so")
    found = re.match(r"(.*-)\d+(?:\.\d+)+(?:-[a-z]+)?$", stem)
    return found[1] if found and not re.search(r"-\d\.0$", stem) else stem + dot


def ascending(versions: Iterable[str]) -> list[str]:
    return sorted(versions, key=cmp_to_key(version_order.upstream))


def since(role: Role) -> list[tuple[str, str, Sequence[str]]]:
    """(after, by, marks): symbols absent from every build up to `after`, present in every build from `by` on."""
    versions = ascending(role.by_version)
    found: list[tuple[str, str, Sequence[str]]] = []
    for number in range(1, len(versions)):
        older = [build for version in versions[:number] for build in role.by_version[version]]
        newer = [build for version in versions[number:] for build in role.by_version[version]]
        if min(map(_architectures, (older, newer))) < LEAST_ARCHITECTURES or learn_versions.same(
            *versions[number - 1 : number + 1]
        ):
            continue
        stayed = frozenset.intersection(*(build.whole for build in newer))
        before = frozenset[str]().union(*(build.exported for build in older))
        others = frozenset[str]().union(*(build.exported for build in newer))
        marks = [name for name in stayed - before if SYMBOL.fullmatch(name) or NODE.fullmatch(name)]
        alone = [name for name in marks if not any(other != name and other.endswith(name) for other in others)]
        if alone:
            alone.sort(key=lambda name: (-len(name), name))
            found.append((versions[number - 1], versions[number], alone[:MOST_SINCE_MARKS]))
    return found[-MOST_STEPS:]


def _architectures(builds: Sequence[Symbols]) -> int:
    return len({build.architecture for build in builds})
