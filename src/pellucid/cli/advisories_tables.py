"""Sources of advisories in tables: what an update did, and how old everything is."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pellucid.advisories.feed import Feed
from pellucid.advisories.fetching.protocol import Outcome, SourceStatus
from pellucid.cli.terminal import duration, printable

DAY = 86400.0
OUTCOME_HEAD = ("source", "state", "records", "changed", "newest", "time")
STATUS_HEAD = ("source", "records", "newest", "checked", "age", "")
NOTHING = "advisories: what comes with Pellucid; nothing has been fetched or imported yet"


def outcome_lines(outcomes: Iterable[Outcome]) -> list[str]:
    """A line for each source: records that it has now, and how many of them are not as they were."""
    rows = [
        (
            printable(outcome.source),
            outcome.state,
            f"{outcome.records:,}",
            f"{outcome.loaded.altered:,}" if outcome.loaded else "",
            _day(outcome.newest),
            duration(outcome.seconds),
        )
        for outcome in outcomes
    ]
    return _table(OUTCOME_HEAD, rows, numbers=(2, 3, 5))


def status_lines(sources: Sequence[SourceStatus], feeds: Sequence[Feed], now: datetime, stale: float) -> list[str]:
    """The sources, which of them are out of date (not asked for `stale` seconds), and whom the data is of."""
    if not sources:
        return [NOTHING]
    rows = [
        (
            printable(source.name),
            f"{source.records:,}",
            _day(source.newest),
            _day(source.checked),
            _age(source, now),
            "out of date" if _is_stale(source, now, stale) else "",
        )
        for source in sources
    ]
    lines = _table(STATUS_HEAD, rows, numbers=(1, 4))
    if late := [source.name for source in sources if _is_stale(source, now, stale)]:
        lines += [
            "",
            f"{len(late)} of {len(sources)} sources have not been brought up to date for {stale / DAY:g} days:",
        ]
        lines.append("what is published since is not found. `pellucid advisories update --help` says how.")
    lines.append("")
    present = {source.feed for source in sources}
    for feed in feeds:
        if feed.name in present:
            lines.append(f"{feed.title}: {feed.licence}." + (f" {feed.notice}" if feed.notice else ""))
    return lines


def status_document(
    sources: Sequence[SourceStatus], feeds: Sequence[Feed], now: datetime, stale: float
) -> dict[str, Any]:
    """The same for programs. Times are RFC 3339, ages seconds."""
    by_name = {feed.name: feed for feed in feeds}
    return {
        "sources": [
            {
                "source": source.name,
                "feed": source.feed,
                "records": source.records,
                "faults": source.faults,
                "newest": _iso(source.newest),
                "checked": _iso(source.checked),
                "updated": _iso(source.updated),
                "age": round((now - source.checked).total_seconds()) if source.checked else None,
                "isStale": _is_stale(source, now, stale),
                "digest": source.digest,
                "licence": by_name[source.feed].licence if source.feed in by_name else "",
                "notice": by_name[source.feed].notice if source.feed in by_name else "",
            }
            for source in sources
        ]
    }


def _is_stale(source: SourceStatus, now: datetime, stale: float) -> bool:
    return source.checked is None or (now - source.checked).total_seconds() > stale


def _age(source: SourceStatus, now: datetime) -> str:
    if source.checked is None:
        return "unknown"
    seconds = max(0.0, (now - source.checked).total_seconds())
    days = int(seconds // DAY)
    return duration(seconds) if not days else f"{days:,} {'day' if days == 1 else 'days'}"


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d}" if when else "undated"


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, numbers: tuple[int, ...]) -> list[str]:
    """Columns as wide as they need be; those in `numbers` to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return [
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]
