"""Links: which artefact of an image uses which other."""

from dataclasses import dataclass
from enum import StrEnum


class LinkKind(StrEnum):
    LOADS = "loads"  # a loader maps the other: NEEDED of ELF, imports of PE, modules of an interpreter
    RUNS_IN = "runsIn"  # the other is its interpreter or loader
    CALLS = "calls"  # a script starts the other


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """`source` uses `target`; both are paths of artefacts."""

    source: str
    target: str
    kind: LinkKind
