"""Orders of versions made of keys: a version becomes a value that sorts, and what was made is remembered.

Flat tuples of numbers and texts are used, in which the rank of a part stands before its value: two keys that are alike
up to some place hold values of the same kind there, so that Python compares them without code of ours.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

# Versions come from hostile bytes: more of one is not looked at, and only keys of the short ones are kept.
LONGEST = 512
SHORT = 64
KEPT = 16_384

Comparator = Callable[[str, str], int]
Flat = tuple[int | str, ...]


class Sortable(Protocol):
    """What keys are: they sort among those of their order, are hashable, and equal keys are of equal versions."""

    def __lt__(self, other: Any, /) -> bool: ...

    def __hash__(self) -> int: ...


class Order:
    """The order of those who number versions so: a comparator of any two texts (negative, zero, positive).

    `key` makes the key that sorts as they do.
    """

    def __init__(self, name: str, parse: Callable[[str], Sortable]) -> None:
        self.name = name
        remembered = lru_cache(maxsize=KEPT)(parse)

        def key(version: str) -> Sortable:
            return remembered(version) if len(version) <= SHORT else parse(version[:LONGEST])

        self.key = key

    def __call__(self, left: str, right: str) -> int:
        if left == right:
            return 0
        a, b = self.key(left), self.key(right)
        if a == b:
            return 0
        # Not every order is a total one: two keys may be neither equal nor one before the other.
        return -1 if a < b else int(b < a)

    def __repr__(self) -> str:
        return f"Order({self.name!r})"
