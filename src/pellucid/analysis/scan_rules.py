"""Rules that a scan brings along: what the unit that matches them asks of whoever made them ready."""

from collections.abc import Iterator
from typing import Protocol

from pellucid.analysis.artefact import Artefact
from pellucid.domain.problem import Problem
from pellucid.domain.rule_match import RuleMatch


class ScanRules(Protocol):
    """Rules of the one who asked for the scan."""

    def match(self, artefact: Artefact) -> Iterator[RuleMatch | Problem]:
        """Every rule that matches, in bounded time."""
        ...
