"""Findings over time: how many were open on each day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, cast, func, select

from pellucid.domain.access import Scope
from pellucid.domain.grid import ChartQuery, ChartRow, Filter
from pellucid.domain.severity import Severity
from pellucid.domain.triage import CLOSED
from pellucid.storage.database import Transaction
from pellucid.storage.listings.finding_chart import chosen
from pellucid.storage.listings.findings import FINDING
from pellucid.storage.listings.grid import refused

DAYS = 30
MOST_DAYS = 731
Counts = Mapping[tuple[str, str], int]


def finding_trend(tx: Transaction, scope: Scope, wanted: ChartQuery) -> Sequence[ChartRow]:
    """For each day, oldest first, the findings that had been made by its end and not been closed by then.

    A filter by `date` (between) says which days; else it is the last 30. Without the field `date`, it is the last day
    alone. A finding that was closed and opened again counts as if it had never been closed.
    """
    days = _days(wanted.filters) if "date" in wanted.fields else [datetime.now(UTC).date().isoformat()]
    filters = [item for item in wanted.filters if item.field != "date"]
    query = chosen(tx, scope, ChartQuery(filters=filters, filter_sets=wanted.filter_sets))
    ids = query.with_only_columns(
        FINDING.day, FINDING.severity, FINDING.status, _day(tx).label("closed"), maintain_column_froms=True
    ).subquery()
    opened = _counted(tx, select(ids.c.day, ids.c.severity, func.count()).group_by(ids.c.day, ids.c.severity))
    closed = _counted(
        tx,
        select(ids.c.closed, ids.c.severity, func.count())
        .where(ids.c.status.in_(CLOSED))
        .group_by(ids.c.closed, ids.c.severity),
    )
    severities: Sequence[str] = [*reversed(Severity)] if "severity" in wanted.fields else [""]
    rows = []
    for day in days:
        for severity in severities:
            count = _until(opened, day, severity) - _until(closed, day, severity)
            if count or not severity:
                values = {
                    name: value for name, value in (("date", day), ("severity", severity)) if name in wanted.fields
                }
                rows.append(ChartRow(values=values, count=count))
    return rows


def _day(tx: Transaction) -> Any:
    """The day of the last decision in UTC, whatever the zone of the database's session."""
    if tx.session.get_bind().dialect.name == "sqlite":
        return func.date(FINDING.status_time)
    return cast(func.timezone("UTC", FINDING.status_time), Date)


def _counted(tx: Transaction, query: Any) -> Counts:
    counts: Counter[tuple[str, str]] = Counter()
    for day, severity, number in tx.session.execute(query):
        counts[str(day), severity] += number
    return counts


def _until(counts: Counts, day: str, severity: str) -> int:
    return sum(number for (of, word), number in counts.items() if of <= day and severity in ("", word))


def _days(filters: Sequence[Filter]) -> list[str]:
    last = datetime.now(UTC).date()
    first = last - timedelta(days=DAYS - 1)
    for number, item in enumerate(filters):
        if item.field != "date":
            continue
        where = f"filters.{number}.value"
        if item.comparator != "between" or not isinstance(item.value, list) or len(item.value) != 2:
            raise refused(where, "must be a list of two days, with the comparator between")
        try:
            first, last = (date.fromisoformat(str(value)[:10]) for value in item.value)
        except ValueError:
            raise refused(where, "must be days such as 2026-01-31") from None
        if not 0 <= (last - first).days < MOST_DAYS:
            raise refused(where, f"must be at most {MOST_DAYS} days, the first of them first")
    return [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
