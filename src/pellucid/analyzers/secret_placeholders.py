"""What stands in the place of a secret: placeholders, variables, examples of a manual."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec

TABLE = Path(__file__).parent / "secret_placeholders.toml"
FEWEST_CHARACTERS = 4
MOST_LETTERS_ALIKE = 0.5
# A variable of a shell, of a template, of a format, of make, of CMake; a call; a word in brackets.
VARIABLE = re.compile(
    rb"\$[\w{(\[]|\{\{|\}\}|\A\{[\w.:\- ]{0,60}\}\Z|%[(<{]|\A%[\w.]{1,40}%?\Z|%[-0-9.]{0,5}[sdqvux@]"
    rb"|\A@[\w.\-]{1,60}@\Z"
    rb"|\A[<\[][\w .:/\-]{0,80}[>\]]\Z|\A&\w{1,40};|\\[0-9x]\w|\w\(|\)\Z|\A__\w{1,60}__\Z|\A#\{"
)


EXAMPLE = re.compile(
    rb"(?i)[@.]example(?:\.(?:com|org|net)|\b)|\.(?:example|invalid|test)\b|@(?:host(?:name)?|server|proxy|domain|site)\b"
)


class _Words(msgspec.Struct, frozen=True):
    values: frozenset[bytes]
    parts: tuple[bytes, ...]
    written: tuple[bytes, ...]


@cache
def words() -> _Words:
    """Those of the table."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return _Words(frozenset(_bytes(table["values"])), _bytes(table["parts"]), _bytes(table["written"]))


def _bytes(words: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(word.encode() for word in words)


def is_example(around: bytes) -> bool:
    """Whether what stands around a secret is set aside for examples (RFC 2606, RFC 5737), or named like a part."""
    return EXAMPLE.search(around) is not None


def is_named(value: bytes) -> bool:
    """Whether the value says what should stand there."""
    return value.lower() in words().values


def is_placeholder(value: bytes) -> bool:
    """Whether a person who wrote this meant something else to stand there later."""
    small = value.lower()
    known = words()
    if small in known.values or any(part in small for part in known.parts) or VARIABLE.search(value):
        return True
    if any(part in value for part in known.written):
        return True
    return len(set(small)) < FEWEST_CHARACTERS or _is_run(small)


def _is_run(value: bytes) -> bool:
    """Whether most bytes follow the one before in the order of bytes, or repeat it."""
    steps = [after - before for before, after in pairwise(value)]
    return len(value) > len(b"0123456") and sum(step in (0, 1) for step in steps) > len(steps) * MOST_LETTERS_ALIKE
