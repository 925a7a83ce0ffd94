"""Observations: plain facts about a binary that are neither software nor crypto, such as an unsafe import."""

from dataclasses import dataclass
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class ObservationKind(StrEnum):
    UNSAFE_FUNCTION = "unsafeFunction"


@dataclass(frozen=True, kw_only=True)
class Observation:
    """`name` is what was observed (for an unsafe function: the imported symbol), `note` why it matters."""

    kind: ObservationKind
    name: str
    evidence: Evidence
    note: str = ""
