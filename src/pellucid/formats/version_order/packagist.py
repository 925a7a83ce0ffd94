"""The order of Packagist: PHP's `version_compare`, which Composer builds on."""

import re
from itertools import zip_longest

from pellucid.formats.version_keys import Order

_PART = re.compile(r"([0-9]+)|([^0-9.+_-]+)")
# By the first that a word begins with; another case of the same word is another word, but for RC.
_FORMS = (
    ("dev", 0),
    ("alpha", 1),
    ("a", 1),
    ("beta", 2),
    ("b", 2),
    ("RC", 3),
    ("rc", 3),
    ("#", 4),
    ("pl", 6),
    ("p", 6),
)
_UNKNOWN, _ANY, _NUMBER = -1, 4, 5
_Part = tuple[int, int]
_END: _Part = (_ANY, -1)


class PhpVersion:
    """A version as parts. "#" stands for any number and for none, so equality is not transitive where it occurs."""

    __slots__ = ("parts",)

    def __init__(self, version: str) -> None:
        text = re.sub("^[vV]", "", version.strip()).partition("+")[0]
        self.parts = tuple(_part(number, word) for number, word in _PART.findall(text))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PhpVersion) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __lt__(self, other: object) -> bool:
        return isinstance(other, PhpVersion) and _compare(self, other) < 0


def _part(number: str, word: str) -> _Part:
    if number:
        return _NUMBER, int(number)
    return next((rank for form, rank in _FORMS if word.startswith(form)), _UNKNOWN), 0


def _compare(left: PhpVersion, right: PhpVersion) -> int:
    for a, b in zip_longest(left.parts, right.parts, fillvalue=_END):
        ranks = {a[0], b[0]}
        if a == b or ranks == {_ANY} or (ranks == {_ANY, _NUMBER} and _END not in (a, b)):
            continue
        return -1 if a < b else 1
    return 0


packagist = Order("packagist", PhpVersion)
