"""What a run is given, and what it gives."""

from dataclasses import dataclass, field
from pathlib import Path

from pellucid.domain.problem import Problem
from pellucid.pipeline.content import Content


@dataclass(frozen=True, kw_only=True)
class Source:
    """The file to scan."""

    path: Path
    name: str
    sha256: str
    size: int


@dataclass(kw_only=True)
class Outcome:
    """All contents by SHA-256, and what went wrong outside of any of them."""

    source: Source
    contents: dict[str, Content] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    reused: int = 0
