"""How far a scan is."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What a running scan is doing."""

    WAITING = "waiting"
    UNPACKING = "unpacking"
    MATCHING = "matching"
    STORING = "storing"
    FINISHED = "finished"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a scan is. `known` grows while containers are opened; `bytes` counts bytes looked at."""

    stage: Stage = Stage.WAITING
    done: int = 0
    known: int = 0
    bytes: int = 0
    problems: int = 0
