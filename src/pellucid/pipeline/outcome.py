"""What a run is given, and what it gives."""

import hashlib
from functools import cached_property
from pathlib import Path

import msgspec

from pellucid.domain.problem import Problem
from pellucid.pipeline.content import Content


class Source(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The file to scan; `digest` is its SHA-256 where that is known. Size in bytes."""

    path: Path
    name: str
    size: int
    digest: str = ""

    @cached_property
    def sha256(self) -> str:
        """In hex; where it is not known, the file is read when it is first asked for. Raises OSError."""
        if self.digest:
            return self.digest
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


class Outcome(msgspec.Struct, kw_only=True):
    """All contents by SHA-256, and what went wrong outside of any of them."""

    source: Source
    contents: dict[str, Content] = msgspec.field(default_factory=dict)
    problems: list[Problem] = msgspec.field(default_factory=list)
    reused: int = 0
