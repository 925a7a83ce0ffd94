"""Grids in SQL: one translation of filters, sorting and pages for every noun that declares its fields.

A listing gives a query, a table of `Field`s by wire name and a unique key; unknown fields, comparators that a field
does not have and values that it cannot have are InvalidRequest, and say what would be possible.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, not_, or_, select

from pellucid.domain.grid import Comparator, Filter, GridQuery, Sort
from pellucid.errors import Detail, InvalidRequest
from pellucid.storage.database import Transaction
from pellucid.storage.listings.grid_values import TEXT, ValueKind
from pellucid.storage.listings.text_search import holds

MOST_FILTERS = 50
MOST_VALUES = 500
MOST_SORTS = 8

Condition = ColumnElement[bool]
Query = Select[*tuple[Any, ...]]
ONE_OF_THEM = (Comparator.EQUALS, Comparator.IN, Comparator.OVERLAPS)


@dataclass(frozen=True, kw_only=True)
class Field:
    """What rows can be filtered and sorted by.

    `among` makes a field of many values a row: it turns a condition on one value, `of`, into one on the row (EXISTS);
    `has` does it for fields that hold some of a few words: the condition that a row has one of these. Such fields
    cannot be sorted by. Rows are sorted by `order` instead of `of`; `known`: it is never null, so that an index serves.
    """

    of: ColumnElement[Any] | Any
    kind: ValueKind = TEXT
    among: Callable[[Condition], Condition] | None = None
    has: Callable[[Sequence[Any]], Condition] | None = None
    order: ColumnElement[Any] | Any = None
    known: bool = False

    @property
    def is_sortable(self) -> bool:
        return self.among is None and self.has is None

    @property
    def comparators(self) -> tuple[Comparator, ...]:
        """In the contract's order."""
        words = {*ONE_OF_THEM}
        if self.kind.is_text or not self.is_sortable:
            words |= {Comparator.CONTAINS, Comparator.NOT_CONTAINS}
        if self.kind.is_ordered:
            words.add(Comparator.BETWEEN)
        return tuple(word for word in Comparator if word in words)


def grid_rows(
    tx: Transaction,
    query: Query,
    fields: Mapping[str, Field],
    wanted: GridQuery,
    *,
    key: Sequence[Any],
    newest_first: Any = None,
    latest: bool = False,
    sorting: Callable[[Query], Query] = lambda query: query,
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    """The rows of the page, and how many there are in all. Rows that sort alike are in the order of `key`,
    or, with `latest`, in the opposite one.

    `query` has neither groups nor an order of its own; `newest_first` is what sorts rows when nobody asks for more.
    `sorting` joins what rows are sorted by, and counting them does not need.
    """
    query, order = query.where(*conditions_of(wanted.filters, fields)), _order(wanted.sort, fields)
    if not order and newest_first is not None:
        order = [newest_first.desc()]
    rows: Sequence[Row[*tuple[Any, ...]]] = []
    if wanted.size:
        page = (
            sorting(query)
            .order_by(*order, *(part.desc() if latest else part for part in key))
            .offset(wanted.offset)
            .limit(wanted.size)
        )
        rows = tx.session.execute(page).all()
        if len(rows) < wanted.size and (rows or not wanted.offset):
            # The last page says how many there are.
            return rows, wanted.offset + len(rows)
    counted = query.with_only_columns(*key, maintain_column_froms=True).subquery()
    return rows, tx.session.scalar(select(func.count()).select_from(counted)) or 0


def conditions_of(filters: Sequence[Filter], fields: Mapping[str, Field], *, others: bool = False) -> list[Condition]:
    """One condition a filter; all of them must hold. `others`: filters by fields that are not here are passed over."""
    if len(filters) > MOST_FILTERS:
        raise refused("filters", f"has {len(filters)} items; at most {MOST_FILTERS} are possible")
    return [
        _condition(item, fields, f"filters.{number}")
        for number, item in enumerate(filters)
        if not others or item.field in fields
    ]


def _condition(item: Filter, fields: Mapping[str, Field], where: str) -> Condition:
    field = fields.get(item.field)
    if field is None:
        raise refused(f"{where}.field", f"{item.field[:64]!r} is not a field of this grid: {', '.join(fields)}")
    if item.comparator not in field.comparators:
        raise refused(
            f"{where}.comparator",
            f"{item.comparator[:64]!r} is not possible for {item.field}: {', '.join(field.comparators)}",
        )
    comparator = Comparator(item.comparator)
    if comparator is Comparator.EQUALS and isinstance(item.value, list):
        comparator = Comparator.IN
    values = _values(comparator, item, field.kind, f"{where}.value")
    if field.has:
        return not_(field.has(values)) if comparator is Comparator.NOT_CONTAINS else field.has(values)
    if comparator is Comparator.NOT_CONTAINS:
        return not_(_contained(field, values))
    if comparator is Comparator.CONTAINS:
        return _contained(field, values)
    return _wrapped(field, _matching(field.of, comparator, values))


def _matching(of: Any, comparator: Comparator, values: list[Any]) -> Condition:
    if comparator is Comparator.BETWEEN:
        low, high = values
        bounds = [of >= low] if low is not None else []
        return and_(*bounds, *([of <= high] if high is not None else []))
    known = [value for value in values if value is not None]
    missing = [of.is_(None)] if len(known) < len(values) else []
    return or_(false(), *([of.in_(known)] if known else []), *missing)


def _contained(field: Field, values: list[Any]) -> Condition:
    """Text: a part of it, whatever its case; other fields of many values: one of them. Never unknown (NULL)."""
    some = [
        holds(field.of if field.known else func.coalesce(field.of, ""), value)
        if field.kind.is_text
        else field.of == value
        for value in values
    ]
    return _wrapped(field, or_(false(), *some))


def _wrapped(field: Field, condition: Condition) -> Condition:
    return field.among(condition) if field.among else condition


def _values(comparator: Comparator, item: Filter, kind: ValueKind, where: str) -> list[Any]:
    """What the filter compares with, as SQL takes it; a null in it means: not known."""
    if comparator is Comparator.BETWEEN:
        if not isinstance(item.value, list) or len(item.value) != 2 or item.value == [None, None]:
            raise refused(where, "must be a list of two bounds; null leaves one open")
        given = item.value
    elif isinstance(item.value, list):
        given = item.value
    elif comparator in (Comparator.IN, Comparator.OVERLAPS):
        raise refused(where, f"must be a list for {comparator}")
    else:
        given = [item.value]
    if len(given) > MOST_VALUES:
        raise refused(where, f"has {len(given)} values; at most {MOST_VALUES} are possible")
    if None in given and comparator in (Comparator.CONTAINS, Comparator.NOT_CONTAINS):
        raise refused(where, f"must not be null for {comparator}")
    if None in given and not kind.has_null:
        raise refused(where, f"must not be null for {item.field}")
    try:
        return [None if value is None else kind.read(value) for value in given]
    except ValueError as error:
        raise refused(where, str(error)) from error


def _order(sort: Sequence[Sort], fields: Mapping[str, Field]) -> list[ColumnElement[Any]]:
    if len(sort) > MOST_SORTS:
        raise refused("sortBy", f"has {len(sort)} items; at most {MOST_SORTS} are possible")
    possible = [name for name, field in fields.items() if field.is_sortable]
    order: list[ColumnElement[Any]] = []
    for item in sort:
        if item.field not in possible:
            raise refused("sortBy.field", f"{item.field[:64]!r} is nothing to sort by: {', '.join(possible)}")
        field = fields[item.field]
        of = field.of if field.order is None else field.order
        # Where nothing is known comes last, on every database.
        order += [] if field.known else [of.is_(None)]
        order.append(of.desc() if item.descending else of.asc())
    return order


def refused(field: str, reason: str) -> InvalidRequest:
    return InvalidRequest(f"{field}: {reason}.", details=[Detail(reason=reason, field=field)])
