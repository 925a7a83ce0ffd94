"""Observations: plain facts about an artefact that are neither software nor crypto, such as an unsafe import."""

from dataclasses import dataclass
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class ObservationKind(StrEnum):
    UNSAFE_FUNCTION = "unsafeFunction"
    KERNEL_OPTIONS = "kernelOptions"  # with which a kernel was built


@dataclass(frozen=True, kw_only=True)
class Observation:
    """`name` is what was observed (for an unsafe function: the imported symbol), `note` why it matters.

    For a kernel's options `name` is the release, and `note` has those that are set and known to formats.kernel_parts,
    separated by spaces.
    """

    kind: ObservationKind
    name: str
    evidence: Evidence
    note: str = ""
