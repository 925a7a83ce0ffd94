"""Secrets that analyzers have found are withheld from all that is said of the same bytes."""

from collections.abc import Collection
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

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
    words = sorted({text for secret in secrets for text in _texts(secret)}, key=len, reverse=True)
    if words:
        content.units = {name: _cleaned(unit, words) for name, unit in content.units.items()}
        content.metadata = _cleaned(content.metadata, words)
        content.problems = _cleaned(content.problems, words)
    return content


def _texts(secret: bytes) -> Collection[str]:
    """As evidence shows them: in Latin-1 with dots for what cannot be printed, or in UTF-8."""
    shown = "".join(letter if letter.isprintable() else "." for letter in secret.decode("latin-1"))
    return {shown, secret.decode("utf-8", "replace")} if len(secret) >= SHORTEST else ()


def _cleaned(value: Any, words: Collection[str]) -> Any:
    match value:
        # A secret shows nothing of itself; words of an enumeration are ours.
        case Enum() | Secret():
            return value
        case str():
            return _clean(value, words)
        case list() | tuple():
            return type(value)(_cleaned(item, words) for item in value)
        case dict():
            return {name: _cleaned(item, words) for name, item in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    before = {item.name: getattr(value, item.name) for item in fields(value) if item.name not in OURS}
    after = {name: _cleaned(item, words) for name, item in before.items()}
    changed = {name: item for name, item in after.items() if item != before[name]}
    return replace(value, **changed) if changed else value


def _clean(text: str, words: Collection[str]) -> str:
    for word in words:
        if word in text:
            text = text.replace(word, HIDDEN)
        text = _without_beginning(text, word)
    return text


def _without_beginning(text: str, word: str) -> str:
    """What is shown may end in the middle of a secret; the end of a longer word is no beginning of one."""
    for length in range(min(len(word), len(text)) - 1, SHORTEST - 1, -1):
        if text.endswith(word[:length]) and not text[-length - 1].isalnum():
            return text[:-length] + HIDDEN
    return text
