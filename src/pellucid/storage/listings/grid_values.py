"""Values of filters: what a client's JSON must be for a field, and what SQL gets of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from pellucid.domain import names
from pellucid.domain.component_tree import number_in
from pellucid.errors import InvalidRequest

LARGEST = (1 << 63) - 1
LONGEST = 4096


@dataclass(frozen=True)
class ValueKind:
    """`read` makes of a JSON value what is compared, or raises ValueError that says what it must be.

    `has_null`: whether a null may be asked for, which means: not known.
    """

    read: Callable[[Any], Any]
    is_text: bool = False
    is_ordered: bool = False
    has_null: bool = True


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError(f"must be a text of at most {LONGEST} characters")
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError("must not contain NUL or half characters")
    return value


def _id(value: Any) -> str:
    try:
        return names.product_id(_text(value), "value")
    except InvalidRequest as error:
        raise ValueError(error.details[0].reason) from error


def _component_id(value: Any) -> tuple[str, int]:
    """The scan, and the number of the place in its tree."""
    text = _text(value)
    scan_id = text.partition("-")[0].upper()
    number = number_in(scan_id, text)
    if number is None:
        raise ValueError("must be the id of a component, such as 01J9Z3T5N8K2V4Q6R7S0W1X2Y3-42")
    return scan_id, number


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("must be a number")
    if abs(value) > LARGEST:
        raise ValueError(f"must lie between -{LARGEST} and {LARGEST}")
    return value


def _truth(value: Any) -> bool:
    known = {True: True, False: False, "true": True, "false": False}
    if not isinstance(value, bool | str) or value not in known:
        raise ValueError("must be true or false")
    return known[value]


def words(*possible: str, also: Mapping[str, str] = MappingProxyType({})) -> ValueKind:
    """One of these words, whatever its case; `also` are other spellings of some of them, in lower case."""
    known = {word.lower(): word for word in possible} | dict(also)

    def read(value: Any) -> str:
        word = known.get(_text(value).strip().lower())
        if word is None:
            raise ValueError(f"must be one of {', '.join(possible)}")
        return word

    return ValueKind(read, has_null=False)


def _time(value: Any) -> datetime:
    try:
        time = datetime.fromisoformat(_text(value))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("must be a time such as 2026-01-31T12:00:00Z, or a date") from None


TEXT = ValueKind(_text, is_text=True)
WORD = ValueKind(_text)
ID = ValueKind(_id)
COMPONENT_ID = ValueKind(_component_id, has_null=False)
NUMBER = ValueKind(_number, is_ordered=True)
TRUTH = ValueKind(_truth)
TIME = ValueKind(_time, is_ordered=True)
