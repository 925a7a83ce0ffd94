"""The order of Maven's versions (POM reference, "Version Order Specification").

Tokens are parted by ".", "-" and where digits meet letters, which counts as "-". It is no total order: zeros in the
middle are equal to nothing, but not to the qualifiers that nothing is equal to either.
"""

import re
from itertools import zip_longest

from pellucid.formats.version_keys import Order

_TOKEN = re.compile(r"([.-]?)(?:([0-9]+)|([^0-9.-]+)|)")
_QUALIFIERS = ("alpha", "beta", "milestone", "rc", "snapshot", "", "sp")
_RELEASE = _QUALIFIERS.index("")
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
_SAME = {"cr": "rc", "final": "", "ga": "", "release": ""}

# Its place in the order of kinds (".qualifier" < "-qualifier" < "-number" < ".number"), then its value.
_Token = tuple[int, tuple[int, str]]
_DOT_WORD, _HYPHEN_WORD, _HYPHEN_NUMBER, _DOT_NUMBER = range(4)
_NULL_NUMBER, _NULL_WORD = (0, ""), (_RELEASE, "")


class MavenVersion:
    """A version as tokens; compares with another, the shorter one as if it went on with nothing."""

    __slots__ = ("tokens",)

    def __init__(self, version: str) -> None:
        self.tokens = _tokens(version.strip().lower())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MavenVersion) and self.tokens == other.tokens

    def __hash__(self) -> int:
        return hash(self.tokens)

    def __lt__(self, other: object) -> bool:
        return isinstance(other, MavenVersion) and _compare(self, other) < 0


def _tokens(text: str) -> tuple[_Token, ...]:
    found: list[_Token] = []
    # An empty token is zero; one at the beginning can only be seen by what follows it.
    words = _TOKEN.findall(f"0{text}" if text.startswith((".", "-")) else text)
    for place, (separator, number, word) in enumerate(words):
        if not (separator or number or word):
            continue
        dot = separator == "." or place == 0
        if not dot:
            _trim(found)
        if word:
            separator_after, number_after, _ = words[place + 1]
            value = _qualifier(word, before_number=bool(number_after) and not separator_after)
            found.append((_DOT_WORD if dot else _HYPHEN_WORD, value))
        else:
            found.append((_DOT_NUMBER if dot else _HYPHEN_NUMBER, (int(number or 0), "")))
    _trim(found)
    return tuple(found)


def _trim(tokens: list[_Token]) -> None:
    while tokens and tokens[-1] == _nothing(tokens[-1]):
        tokens.pop()


def _qualifier(word: str, *, before_number: bool) -> tuple[int, str]:
    word = _SHORT.get(word, word) if before_number else word
    word = _SAME.get(word, word)
    return (_QUALIFIERS.index(word), "") if word in _QUALIFIERS else (len(_QUALIFIERS), word)


def _compare(left: MavenVersion, right: MavenVersion) -> int:
    for a, b in zip_longest(left.tokens, right.tokens):
        one, two = a or _nothing(b), b or _nothing(a)
        if one != two:
            return -1 if one < two else 1
    return 0


def _nothing(token: _Token) -> _Token:
    """What stands for a missing token where the other version has this one."""
    return token[0], _NULL_NUMBER if token[0] in (_HYPHEN_NUMBER, _DOT_NUMBER) else _NULL_WORD


maven = Order("maven", MavenVersion)
