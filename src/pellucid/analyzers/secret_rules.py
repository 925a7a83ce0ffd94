"""Rules by which secrets are recognised, as the tables in secrets/rules have them."""

import re
import tomllib
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import msgspec

from pellucid.analysis import derived
from pellucid.analyzers.wide_texts import spread
from pellucid.domain.secret import SecretKind

FOLDER = Path(__file__).parent / "secrets" / "rules"
WITHIN = 256
# Between the name of a setting and its value, in a shell, a program, JSON, YAML, XML, an INI file.
BETWEEN = r"""[\w.\-]{0,40}["'\]]{0,2}[ \t]{0,8}(?:=>|:=|[=:,>]|[ \t])[ \t]{0,8}["'`]?"""
# What a pattern ends with so that it takes no part of a longer word.
EDGE = re.compile(rb"\(\?!\[[^\]]+\]\)\Z")
# What a pattern begins with for the same reason, or to begin where a line or a string does.
START = re.compile(rb"\A\(\?<!\[[^\]]+\]\)")
LINE_START = rb"(?:^|(?<=\x00))"
# In front of a short string as Python's marshal writes it (marshal.c, TYPE_SHORT_ASCII): what it is, and its length.
MARSHALLED = rb"(?<=[zZ\xfa\xda][\x04-\xff])"


class Rule(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What is looked for around each of the `keywords`: from `before` bytes in front of one to `after` behind it.

    The group `secret` of the pattern is the secret, all that matches where there is none; the group `account` says
    whose it is. In the table a pattern may also be given as `near`, how the name of a setting begins, in any case, and
    `value`, what is assigned to it. Secrets of less than `entropy` bits a character are none. `check` names a function
    of secret_checks. With `kinds`, only artefacts of these are looked at. `general`: where another rule has matched,
    it says nothing.
    `example` and `counter_example` are templates (tests/support/synthetic_secrets.py).
    """

    id: str
    description: str
    kind: SecretKind
    source: str
    keywords: tuple[bytes, ...]
    severity: str
    before: int
    after: int
    entropy: float
    check: str
    kinds: frozenset[str]
    general: bool
    example: str
    counter_example: str

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """As it is written, for texts."""
        return re.compile(self.source.encode())

    @cached_property
    def wide(self) -> tuple[bytes, ...]:
        """The keywords as they stand in UTF-16; those that look for the end of a string in a program are none."""
        return tuple(spread(keyword) for keyword in self.keywords if b"\0" not in keyword)

    @cached_property
    def loose(self) -> re.Pattern[bytes]:
        """For programs: there, whatever is next to a string may follow without anything in between.

        In bytecode of Python, its length stands in front of it, which may be a letter.
        """
        source = EDGE.sub(b"", self.source.encode())
        source = START.sub(lambda found: b"(?:" + found[0] + b"|" + MARSHALLED + b")", source)
        return re.compile(source.replace(LINE_START, LINE_START[:-1] + b"|" + MARSHALLED + b")"))


@cache
def rules() -> tuple[Rule, ...]:
    """All of them; those that only say something where others do not are the last."""
    found = [
        _rule(name, row)
        for path in sorted(FOLDER.glob("*.toml"))
        for name, row in tomllib.loads(path.read_text(encoding="utf-8")).items()
    ]
    return tuple(sorted(found, key=lambda rule: rule.general))


@cache
def by_keyword() -> Mapping[bytes, tuple[int, ...]]:
    """The numbers of the rules that a keyword starts, as it stands in bytes or in UTF-16."""
    found: defaultdict[bytes, list[int]] = defaultdict(list)
    for number, rule in enumerate(rules()):
        for keyword in (*rule.keywords, *rule.wide):
            found[keyword].append(number)
    return {keyword: tuple(numbers) for keyword, numbers in found.items()}


@cache
def keywords() -> frozenset[bytes]:
    """Of all rules, in both forms."""
    return frozenset(by_keyword())


@cache
def revision() -> int:
    """A number that changes with any rule: facts are cached under it."""
    return int.from_bytes(derived.kept("secret-rules", derived.stamp(FOLDER), _checksum), "big")


def _checksum() -> bytes:
    total = 0
    for path in sorted(FOLDER.glob("*.toml")):
        total = zlib.crc32(path.read_bytes(), total)
    return total.to_bytes(4, "big")


def _rule(name: str, row: Mapping[str, Any]) -> Rule:
    return Rule(
        id=name,
        description=row["description"],
        kind=SecretKind(row["kind"]),
        source=row["pattern"] if "pattern" in row else _assigned(row["near"], row["value"]),
        keywords=tuple(dict.fromkeys(_keywords(row))),
        severity=row.get("severity", "high"),
        before=row.get("before", 0),
        after=row.get("after", WITHIN),
        entropy=row.get("entropy", 0.0),
        check=row.get("check", ""),
        kinds=frozenset(row.get("kinds", ())),
        general=row.get("general", False),
        example=row["example"],
        counter_example=row["counter_example"],
    )


def _assigned(near: str, value: str) -> str:
    return rf"(?i:{near}){BETWEEN}(?P<secret>{value})(?![0-9A-Za-z])"


def _keywords(row: Mapping[str, Any]) -> Iterator[bytes]:
    """With `any_case`, as they are written, in small letters, in capitals, and beginning with a capital."""
    for word in row["keywords"]:
        every = row.get("any_case", "near" in row)
        forms = (word, word.lower(), word.upper(), word.capitalize(), word.title()) if every else (word,)
        yield from (form.encode() for form in forms)
