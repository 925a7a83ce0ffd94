"""Files of rules, and what a check of them says."""

import re
from typing import Any

import msgspec

MIB = 1 << 20
MOST_FILES = 5_000
MOST_RULES = 20_000
LARGEST_FILE = 8 * MIB
LARGEST_SET = 32 * MIB
MOST_REMARKS = 100
# What a database and a URL can hold.
NAME = re.compile(r"[^\x00-\x1f/\\\ud800-\udfff]{1,255}")


class RuleFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was given: `name` is for people, and tells rules of the same name apart; it is never opened."""

    name: str
    body: str


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says of itself, in our words; "" where it says nothing.

    `severity` is a word of Severity, `type` one of FindingType; `identifiers` are pairs such as ("cve", "CVE-…").
    """

    title: str = ""
    description: str = ""
    severity: str = ""
    type: str = ""
    author: str = ""
    weakness: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    references: tuple[str, ...] = ()


class CheckedRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of a file that can be used. `body` is its own part of the file, `line` where that begins, from 1."""

    name: str
    engine: str
    body: str
    line: int
    stated: Stated
    meta: dict[str, Any] = msgspec.field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class CheckedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of a file says. With `errors`, none of its rules can be used. Each begins with its line."""

    name: str
    engine: str = ""
    rules: tuple[CheckedRule, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
