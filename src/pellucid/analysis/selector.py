"""Selectors: which artefacts a unit wants, decided from the kind and the one multi-pattern pass."""

from collections.abc import Callable

import msgspec

from pellucid.analysis.artefact import Artefact


class Selector(msgspec.Struct, frozen=True):
    """A predicate over artefacts, and the literals that must be searched for it. Combine with & and |.

    The literals of a large table may be given as a function: they are asked for where a search is prepared. So that
    not every unit has to be asked about every artefact, a selector says what it never accepts: artefacts of other
    `kinds` (None for all), and with `hit` those in which none of its literals stands. With a `digest`, which is to be
    had more cheaply than they are, the literals themselves are only asked for when they have changed.
    """

    accepts: Callable[[Artefact], bool]
    asked: frozenset[bytes] | Callable[[], frozenset[bytes]] = frozenset()
    hit: bool = False
    kinds: frozenset[str] | None = None
    digest: Callable[[], bytes] | None = None

    @property
    def literals(self) -> frozenset[bytes]:
        return self.asked() if callable(self.asked) else self.asked

    @property
    def key(self) -> bytes:
        """Another one where the literals are others."""
        return self.digest() if self.digest else b"".join(map(_framed, sorted(self.literals)))

    def __call__(self, artefact: Artefact) -> bool:
        return self.accepts(artefact)

    def __and__(self, other: "Selector") -> "Selector":
        mine, others = self.accepts, other.accepts
        kinds = self.kinds if other.kinds is None else other.kinds if self.kinds is None else self.kinds & other.kinds
        return Selector(
            lambda artefact: mine(artefact) and others(artefact),
            lambda: self.literals | other.literals,
            hit=self.hit or other.hit,
            kinds=kinds,
            digest=self._digest(other),
        )

    def __or__(self, other: "Selector") -> "Selector":
        mine, others = self.accepts, other.accepts
        return Selector(
            lambda artefact: mine(artefact) or others(artefact),
            lambda: self.literals | other.literals,
            hit=self.hit and other.hit,
            kinds=None if self.kinds is None or other.kinds is None else self.kinds | other.kinds,
            digest=self._digest(other),
        )

    def _digest(self, other: "Selector") -> Callable[[], bytes] | None:
        return (lambda: _framed(self.key) + _framed(other.key)) if self.digest or other.digest else None


def _framed(text: bytes) -> bytes:
    return len(text).to_bytes(4, "big") + text


def kind(*names: str) -> Selector:
    """Artefacts whose format is one of `names`."""
    wanted = frozenset(names)
    return Selector(lambda artefact: artefact.kind in wanted, kinds=wanted)


def contains(*literals: bytes) -> Selector:
    """Artefacts in which at least one of `literals` (4 bytes or more) stands; all of them become searchable."""
    wanted = frozenset(literals)
    # The shorter of the two is gone through.
    return Selector(lambda artefact: not artefact.hits.keys().isdisjoint(wanted), wanted, hit=True)
