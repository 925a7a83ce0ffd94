"""Secrets that analyzers have found are withheld from all that is said of the same bytes."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

import msgspec
from msgspec import structs

from pellucid.analysis.secrets_seen import HIDDEN, SHORTEST
from pellucid.domain.secret import Secret
from pellucid.pipeline.content import Content

# Words of ours, and what is computed: a secret may be such a word, and what is said would be another thing without it.
OURS = frozenset(
    (
        *("kind", "subject", "rule", "ruleset", "engine", "unit", "format", "architecture", "ecosystem", "algorithm"),
        *("fingerprint", "key_fingerprint", "issuer_fingerprint", "public_key", "certificate", "container"),
    )
)


def withhold(content: Content, secrets: Collection[bytes]) -> Content:
    """The same without the secrets: units that know nothing of secrets show lines in which some stand."""
    words = _Words({text for secret in secrets for text in _texts(secret)})
    if words:
        content.units = {name: _cleaned(unit, words) for name, unit in content.units.items()}
        content.metadata = _cleaned(content.metadata, words)
        content.problems = _cleaned(content.problems, words)
    return content


class _Words:
    """Secrets as texts, by their beginnings: there may be thousands, and thousands of texts in which they might be."""

    def __init__(self, words: Collection[str]) -> None:
        self._sorted = sorted(words)
        self._longest = max(map(len, words), default=0)
        self._by_beginning = defaultdict[str, list[str]](list)
        for word in words:
            self._by_beginning[word[:SHORTEST]].append(word)
        # Those that are shorter as text than in bytes.
        self._short = [word for word in words if len(word) < SHORTEST]

    def __bool__(self) -> bool:
        return bool(self._sorted)

    def taken_from(self, text: str) -> str:
        """The text without them."""
        parts = {text[at : at + SHORTEST] for at in range(len(text) - SHORTEST + 1)}
        possible = [word for part in parts & self._by_beginning.keys() for word in self._by_beginning[part]]
        for word in sorted([*possible, *self._short], key=len, reverse=True):
            if word in text:
                text = text.replace(word, HIDDEN)
        return self._without_beginning(text) if possible else text

    def _without_beginning(self, text: str) -> str:
        """What is shown may end in the middle of a secret; the end of a longer word is no beginning of one."""
        # One that is all of the text tells nothing.
        for at in range(max(len(text) - self._longest + 1, 1), len(text) - SHORTEST + 1):
            if text[at : at + SHORTEST] in self._by_beginning and not text[at - 1].isalnum():
                rest = text[at:]
                number = bisect_left(self._sorted, rest)
                if number < len(self._sorted) and self._sorted[number].startswith(rest):
                    return text[:at] + HIDDEN
        return text


def _texts(secret: bytes) -> Collection[str]:
    """As evidence shows them: in Latin-1 with dots for what cannot be printed, or in UTF-8."""
    shown = "".join(letter if letter.isprintable() else "." for letter in secret.decode("latin-1"))
    return {shown, secret.decode("utf-8", "replace")} if len(secret) >= SHORTEST else ()


def _cleaned(value: Any, words: _Words) -> Any:
    match value:
        # A secret shows nothing of itself; words of an enumeration are ours.
        case Enum() | Secret():
            return value
        case str():
            return words.taken_from(value)
        case list() | tuple():
            return type(value)(_cleaned(item, words) for item in value)
        case dict():
            return {name: _cleaned(item, words) for name, item in value.items()}
    before = {name: getattr(value, name) for name in _names_of_fields(value) if name not in OURS}
    after = {name: _cleaned(item, words) for name, item in before.items()}
    changed = {name: item for name, item in after.items() if item != before[name]}
    if not changed:
        return value
    return structs.replace(value, **changed) if isinstance(value, msgspec.Struct) else replace(value, **changed)


def _names_of_fields(value: Any) -> Iterable[str]:
    """Of a struct or a dataclass; of anything else, none."""
    if isinstance(value, msgspec.Struct):
        return value.__struct_fields__
    return [item.name for item in fields(value)] if is_dataclass(value) else ()
