"""The order of PyPI: PEP 440, and before all those the versions that are none, as setuptools ordered them once."""

import re

from packaging.version import InvalidVersion, Version

from pellucid.formats.version_keys import Flat, Order

_TOKEN = re.compile(r"[0-9]+|[a-z]+|\.|-")
_SAME = {"pre": "c", "preview": "c", "rc": "c", "-": "final-", "dev": "@"}
_END = "*final"


def key(version: str) -> tuple[int, Version | Flat]:
    """(1, version), or (0, parts) for what is no version of PEP 440."""
    try:
        return 1, Version(version)
    except InvalidVersion:
        return 0, _legacy(version.lower())


def _legacy(version: str) -> Flat:
    parts: list[str] = []
    for token in _TOKEN.findall(version):
        part = _SAME.get(token, token)
        if part == ".":
            continue
        part = part.zfill(8) if part.isdigit() else f"*{part}"
        _add(parts, part)
    _add(parts, _END)
    return tuple(parts)


def _add(parts: list[str], part: str) -> None:
    """A word before the release takes away the hyphens before it, and any word the zeros."""
    if part.startswith("*"):
        if part < _END:
            while parts and parts[-1] == "*final-":
                parts.pop()
        while parts and parts[-1] == "00000000":
            parts.pop()
    parts.append(part)


pypi = Order("pypi", key)
