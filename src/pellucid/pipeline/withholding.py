"""Secrets that analyzers have found are withheld from all that is said of the same bytes."""

from collections.abc import Collection
from typing import Any

import msgspec

from pellucid.analysis.secrets_seen import HIDDEN, SHORTEST
from pellucid.pipeline.content import Content


def withhold(content: Content, secrets: Collection[bytes]) -> Content:
    """The same without the secrets: units that know nothing of secrets show lines in which some stand."""
    words = sorted({text for secret in secrets for text in _texts(secret)}, key=len, reverse=True)
    if not words:
        return content
    return msgspec.convert(_cleaned(msgspec.to_builtins(content), words), Content)


def _texts(secret: bytes) -> Collection[str]:
    """As evidence shows them: in Latin-1 with dots for what cannot be printed, or in UTF-8."""
    shown = "".join(letter if letter.isprintable() else "." for letter in secret.decode("latin-1"))
    return {shown, secret.decode("utf-8", "replace")} if len(secret) >= SHORTEST else ()


def _cleaned(value: Any, words: Collection[str]) -> Any:
    match value:
        case str():
            return _clean(value, words)
        case list():
            return [_cleaned(item, words) for item in value]
        case dict():
            return {name: _cleaned(item, words) for name, item in value.items()}
    return value


def _clean(text: str, words: Collection[str]) -> str:
    for word in words:
        if word in text:
            text = text.replace(word, HIDDEN)
        # What is shown may end in the middle of a secret.
        for length in range(min(len(word) - 1, len(text)), SHORTEST - 1, -1):
            if text.endswith(word[:length]):
                text = text[:-length] + HIDDEN
                break
    return text
