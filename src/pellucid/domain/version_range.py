"""Ranges of versions."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class VersionRange:
    """`introduced` <= v or `after` < v, and v < `fixed` or v <= `last_affected`; an empty bound is no bound."""

    introduced: str = ""
    after: str = ""
    fixed: str = ""
    last_affected: str = ""
