"""Observations: plain facts about an artefact that are neither software nor crypto, such as an unsafe import."""

from dataclasses import dataclass
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class ObservationKind(StrEnum):
    UNSAFE_FUNCTION = "unsafeFunction"
    KERNEL = "kernel"  # of Linux, a whole one
    KERNEL_OPTIONS = "kernelOptions"  # with which one was built


@dataclass(frozen=True, kw_only=True)
class Observation:
    """`name` is what was observed (for an unsafe function: the imported symbol), `note` why it matters.

    For a kernel and its options `name` is the release. `note` has what the configuration says of the options that
    formats.kernel_parts knows: "BT=m USB=y TIPC=n", without those of which it says nothing.

    Of an unsafe function, `calls` counts the direct calls (None: they cannot be told), and `sites` shows the most
    telling of them, with their "address", "caller" and what else is known as attributes.
    """

    kind: ObservationKind
    name: str
    evidence: Evidence
    note: str = ""
    calls: int | None = None
    sites: tuple[Evidence, ...] = ()
