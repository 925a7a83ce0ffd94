"""What is checked in files of settings: the rows of checked_settings.toml."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import msgspec


class Condition(msgspec.Struct, frozen=True):
    """`directive` as it is usually written; without a `default` it has to be set."""

    directive: str
    pattern: re.Pattern[str]
    default: str | None

    @property
    def key(self) -> str:
        return self.directive.lower()


class Rule(msgspec.Struct, frozen=True):
    """A check that fails when all conditions hold; `why` says what is wrong then. What is `secret` is not shown."""

    name: str
    conditions: tuple[Condition, ...]
    why: str
    secret: bool


class Subject(msgspec.Struct, frozen=True, dict=True):
    """What is checked in one kind of file."""

    name: str
    syntax: str
    wins: str
    marks: frozenset[str]
    each: str | None
    rules: tuple[Rule, ...]

    @cached_property
    def words(self) -> frozenset[bytes]:
        """One of these stands, in any case, in each file that has one of the marks."""
        return frozenset(mark.split()[0].encode() for mark in self.marks)


@cache
def subjects() -> Mapping[str, Subject]:
    """The rows of the table."""
    text = Path(__file__).with_name("checked_settings.toml").read_text(encoding="utf-8")
    return {name: _subject(name, row) for name, row in tomllib.loads(text).items()}


def _subject(name: str, row: Mapping[str, Any]) -> Subject:
    rules = tuple(
        Rule(check, tuple(_condition(*each) for each in said["fails"]), said["why"], said.get("secret", False))
        for check, said in row["checks"].items()
    )
    # Without marks, what is asked for first tells the file.
    marks = row.get("marks") or [rule.conditions[0].directive for rule in rules]
    return Subject(name, row["syntax"], row["wins"], frozenset(map(str.lower, marks)), row.get("each"), rules)


def _condition(directive: str, pattern: str, default: str | None = None) -> Condition:
    return Condition(directive, re.compile(pattern, re.IGNORECASE), default)
