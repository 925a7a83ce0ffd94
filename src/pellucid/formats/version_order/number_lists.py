"""Orders of plain lists of numbers, in which a longer list is later: 1.0 < 1.0.0.

R's `package_version` (numbers joined by "." or "-") and Haskell's `Data.Version`.
"""

import re

from pellucid.formats.version_keys import Flat, Order

_TOKEN = re.compile(r"[0-9]+|[A-Za-z]+")
_END, _WORD, _NUMBER = 0, 1, 2


def key(version: str) -> Flat:
    """Words are in neither's grammar; they are before numbers."""
    parts: list[int | str] = []
    for token in _TOKEN.findall(version):
        parts += (_NUMBER, int(token)) if token.isdigit() else (_WORD, token)
    return (*parts, _END)


numbers = Order("numbers", key)
