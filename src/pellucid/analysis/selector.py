"""Selectors: which artefacts a unit wants, decided from the kind and the one multi-pattern pass."""

from collections.abc import Callable
from dataclasses import dataclass

from pellucid.analysis.artefact import Artefact


@dataclass(frozen=True)
class Selector:
    """A predicate over artefacts, and the literals that must be searched for it. Combine with & and |.

    The literals of a large table may be given as a function: they are asked for where a search is prepared.
    """

    accepts: Callable[[Artefact], bool]
    asked: frozenset[bytes] | Callable[[], frozenset[bytes]] = frozenset()

    @property
    def literals(self) -> frozenset[bytes]:
        return self.asked() if callable(self.asked) else self.asked

    def __call__(self, artefact: Artefact) -> bool:
        return self.accepts(artefact)

    def __and__(self, other: "Selector") -> "Selector":
        return Selector(lambda artefact: self(artefact) and other(artefact), lambda: self.literals | other.literals)

    def __or__(self, other: "Selector") -> "Selector":
        return Selector(lambda artefact: self(artefact) or other(artefact), lambda: self.literals | other.literals)


def kind(*names: str) -> Selector:
    """Artefacts whose format is one of `names`."""
    wanted = frozenset(names)
    return Selector(lambda artefact: artefact.kind in wanted)


def contains(*literals: bytes) -> Selector:
    """Artefacts in which at least one of `literals` (4 bytes or more) stands; all of them become searchable."""
    return Selector(lambda artefact: any(artefact.offsets(item) for item in literals), frozenset(literals))
