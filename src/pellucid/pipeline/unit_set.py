"""A set of units that a pipeline runs, and what must be searched for them."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from pellucid.analysis.analyzer import Analyzer
from pellucid.analysis.extractor import Extractor
from pellucid.analysis.selector import contains
from pellucid.formats.identify import leaf_signatures
from pellucid.pipeline.carving import Recogniser, Signatures, carvable, recogniser

if TYPE_CHECKING:
    from pellucid.pipeline.patterns import Patterns

# Raise when carving or identification change what comes out of the same bytes.
IDENTIFICATION = 1
# The unit that matches the rules of the scan.
OF_SCAN = "own_rules"
# Of the version of a unit: there is room for a number of the rules above them.
STATE_BITS = 16


class Units(msgspec.Struct, frozen=True, dict=True):
    """Extractors in the order of preference, and analyzers; without any, nothing is analysed.

    `rules` is a number of the rules that a scan brings along, 0 for none.
    """

    extractors: Sequence[Extractor]
    analyzers: Sequence[Analyzer] = ()
    rules: int = 0

    def with_rules(self, number: int) -> "Units":
        """The same units in a scan with rules of its own: what matches them has to be asked again."""
        return structs.replace(self, rules=number)

    @cached_property
    def identity(self) -> str:
        """Changes whenever the same bytes might be taken apart differently."""
        parts = [f"{unit.name}/{unit.version}" for unit in self.extractors]
        # What is said of artefacts that were taken apart is made anew with them.
        parts += [f"{unit.name}/{unit.state}" for unit in self.analyzers if unit.whole]
        text = f"{IDENTIFICATION} {parts} {leaf_signatures()}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def versions(self) -> dict[str, int]:
        states = {unit.name: unit.state for unit in self.analyzers}
        if OF_SCAN in states:
            states[OF_SCAN] += self.rules << STATE_BITS
        return states

    @property
    def idle(self) -> frozenset[str]:
        """Units that have nothing to say in this scan, whatever they said in another one."""
        return frozenset() if self.rules else frozenset({OF_SCAN})

    @cached_property
    def patterns(self) -> "Patterns":
        """The search for what analyzers ask for, and for what begins something that could be carved."""
        from pellucid.pipeline.patterns import Patterns  # noqa: PLC0415  # only who searches needs its library

        asked = [unit.wants for unit in self.analyzers] + [contains(*self.carvable)]
        key = b"".join(selector.key for selector in asked)
        return Patterns.known_by(key, lambda: frozenset[bytes]().union(*(selector.literals for selector in asked)))

    @cached_property
    def carvable(self) -> Signatures:
        return carvable(self.extractors)

    @cached_property
    def recogniser(self) -> Recogniser:
        return recogniser(self.extractors)

    def asked_about(self, kind: str, hits: Iterable[bytes]) -> Sequence[Analyzer]:
        """The analyzers that may want an artefact of this kind in which these literals stand, in their order."""
        always = self._always.get(kind)
        if always is None:
            always = self._always[kind] = frozenset(
                number
                for number, unit in enumerate(self.analyzers)
                if not unit.wants.hit and (unit.wants.kinds is None or kind in unit.wants.kinds)
            )
        by_literal = self._by_literal
        numbers = always.union(*(by_literal[literal] for literal in hits if literal in by_literal))
        return [self.analyzers[number] for number in sorted(numbers)]

    @cached_property
    def _always(self) -> dict[str, frozenset[int]]:
        """By kind, numbers of analyzers that do not depend on literals; filled as kinds are met."""
        return {}

    @cached_property
    def _by_literal(self) -> dict[bytes, list[int]]:
        found: dict[bytes, list[int]] = defaultdict(list)
        for number, unit in enumerate(self.analyzers):
            if unit.wants.hit:
                for literal in unit.wants.literals:
                    found[literal].append(number)
        return dict(found)

    def versions_of(self, names: Collection[str] | None) -> dict[str, int]:
        """Those of the analyzers with these names; None means all."""
        return (
            self.versions if names is None else {name: self.versions[name] for name in names if name in self.versions}
        )

    def chosen(self, names: Collection[str] | None) -> Sequence[Analyzer]:
        """The analyzers with these names; None means all."""
        return self.analyzers if names is None else [unit for unit in self.analyzers if unit.name in names]
