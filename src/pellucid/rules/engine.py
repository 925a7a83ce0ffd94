"""What an engine for rules does: the place where another one plugs in."""

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from pellucid.analysis.artefact import Artefact
from pellucid.domain.problem import Problem
from pellucid.domain.rule_match import RuleMatch
from pellucid.rules.rule_file import CheckedFile, RuleFile


class ReadyRules(Protocol):
    """Rules of one engine, ready to be matched; lives in one analysis process."""

    def match(self, artefact: Artefact, ruleset: str) -> Iterator[RuleMatch | Problem]:
        """Every rule that matches, each once. Bounded in time: what took too long is a Problem that names the rule.

        `ruleset` is what the matches say that they are from.
        """
        ...


class Checker(Protocol):
    """Reads and checks rules of one language. `suffixes` are what the names of its files end with."""

    @property
    def name(self) -> str: ...

    @property
    def suffixes(self) -> tuple[str, ...]: ...

    def check(self, file: RuleFile) -> CheckedFile:
        """Whether the file can be used, and what its rules say of themselves. Never raises on what is in it."""
        ...


class Engine(Checker, Protocol):
    """Matches them, too."""

    @property
    def version(self) -> str:
        """Another one when the same rules may match otherwise."""
        ...

    def compile(self, files: Sequence[RuleFile], disabled: Collection[str]) -> bytes:
        """All rules but those with the names `disabled`, for `load`; of files that were checked and have no errors."""
        ...

    def load(self, compiled: bytes, files: Sequence[RuleFile], disabled: Collection[str], /) -> ReadyRules:
        """What `compile` made of these files. May be called in a process without rights."""
        ...
