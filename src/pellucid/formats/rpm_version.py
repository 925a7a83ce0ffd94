"""The order of RPM's versions, [epoch:]version[-release] (RPM reference manual, "Dependencies", "Versioning")."""

import re

from pellucid.formats.version_keys import Flat, Order

# What counts in a version: numbers, ASCII letters, "~" (before everything) and "^" (after the end, before the rest).
_PART = re.compile(r"[0-9]+|[A-Za-z]+|~|\^")
_TILDE, _END, _CARET, _LETTERS, _NUMBER = range(5)


def key(text: str) -> Flat:
    """A missing epoch is zero; a missing release is before all others."""
    text = text.strip()
    epoch, colon, rest = text.partition(":")
    if not colon or not (epoch.isascii() and epoch.isdigit()):
        epoch, rest = "0", text
    version, hyphen, release = rest.rpartition("-")
    if not hyphen:
        return (int(epoch), *_parts(rest), 0)
    return (int(epoch), *_parts(version), 1, *_parts(release))


def _parts(text: str) -> Flat:
    parts: list[int | str] = []
    for part in _PART.findall(text):
        if part == "~":
            parts.append(_TILDE)
        elif part == "^":
            parts.append(_CARET)
        else:
            parts += (_NUMBER, int(part)) if part.isdigit() else (_LETTERS, part)
    return (*parts, _END)


compare = Order("rpm", key)
