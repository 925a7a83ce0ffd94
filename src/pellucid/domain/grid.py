"""Grids and charts: what a table or a diagram asks for, and what it gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")


class Comparator(StrEnum):
    """Words of the v4 contract."""

    EQUALS = "equals"
    CONTAINS = "contains"
    BETWEEN = "between"
    IN = "in"
    NOT_CONTAINS = "notContains"
    OVERLAPS = "overlaps"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """`comparator` and `value` as a client wrote them: what is possible depends on the field."""

    field: str
    comparator: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class Sort:
    field: str
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class GridQuery:
    """All filters must hold. `size` 0 asks for the total alone; `offset` is that of the first row."""

    filters: Sequence[Filter] = ()
    sort: Sequence[Sort] = ()
    offset: int = 0
    size: int = 10


@dataclass(frozen=True, kw_only=True)
class GridPage(Generic[Row]):
    """`total` counts all rows that the filters let through."""

    rows: Sequence[Row]
    total: int


class Counting(StrEnum):
    """Words of the v4 contract."""

    ALL = "countAll"
    DISTINCT = "countDistinct"


@dataclass(frozen=True, kw_only=True)
class ChartQuery:
    """All filters must hold, and those of one of the sets; what is equal in all of `fields` is counted together."""

    fields: Sequence[str] = ()
    filters: Sequence[Filter] = ()
    filter_sets: Sequence[Sequence[Filter]] = ()
    counting: Counting = Counting.ALL


@dataclass(frozen=True, kw_only=True)
class ChartRow:
    """How many there are with these values of the fields that were asked for."""

    values: Mapping[str, Any]
    count: int
