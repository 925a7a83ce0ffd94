"""Looking through the vulnerabilities of a store: pages by filter and order, one by its id, and what it was before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pellucid.advisories.store import encoding
from pellucid.advisories.store.connection import Connection, Row, Texts
from pellucid.advisories.store.taking import iso
from pellucid.domain.vulnerability import Vulnerability, VulnerabilityOrder

COLUMNS = "vulnerability.id, vulnerability.name, vulnerability.escalated, vulnerability.body"
MOST_HISTORY = 100


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which vulnerabilities are wanted; bounds are inclusive, None leaves one open. `names`: only of these."""

    score_from: float | None = None
    score_to: float | None = None
    epss_from: float | None = None
    epss_to: float | None = None
    published_from: datetime | None = None
    published_to: datetime | None = None
    is_kev: bool | None = None
    is_ransomware: bool | None = None
    is_escalated: bool | None = None
    names: Collection[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Known:
    """A vulnerability as it is kept: `escalated` when it last became worse."""

    id: str
    escalated: datetime | None
    vulnerability: Vulnerability


@dataclass(frozen=True, kw_only=True)
class Former:
    """What was known of it until `replaced`."""

    id: str
    replaced: datetime
    vulnerability: Vulnerability


def page(
    connection: Connection,
    chosen: Chosen,
    *,
    order: VulnerabilityOrder = VulnerabilityOrder.PUBLISHED,
    skip: int = 0,
    size: int = 30,
) -> tuple[list[Known], int]:
    """The vulnerabilities of a page, and how many there are in all."""
    source, given = _source(chosen)
    conditions, bounds = _conditions(chosen)
    where = f"{source} WHERE {' AND '.join(conditions)}"
    total = next(connection.rows(f"SELECT count(*) FROM {where}", *given, *bounds))[0]  # noqa: S608 (texts of ours)
    if not size or skip >= total:
        return [], total
    sql = f"SELECT {COLUMNS} FROM {where} ORDER BY vulnerability.{order} DESC, vulnerability.name DESC LIMIT ? OFFSET ?"  # noqa: S608 (as above)
    return [_known(row) for row in connection.rows(sql, *given, *bounds, size, skip)], total


def of_id(connection: Connection, id_: str) -> Known | None:
    """The one with this id (`named_id` of its name)."""
    rows = connection.rows("SELECT id, name, escalated, body FROM vulnerability WHERE id = ?", id_)
    return next(map(_known, rows), None)


def former(connection: Connection, name: str) -> list[Former]:
    """What was known of it before, newest first."""
    rows = connection.rows(
        "SELECT id, replaced, body FROM history WHERE name = ? ORDER BY id DESC LIMIT ?", name, MOST_HISTORY
    )
    return [
        Former(id=id_, replaced=datetime.fromisoformat(at), vulnerability=encoding.vulnerability(bytes(body)))
        for id_, at, body in rows
    ]


def _source(chosen: Chosen) -> tuple[str, Sequence[Any]]:
    if chosen.names is None:
        return "vulnerability", ()
    return "{texts} AS given JOIN vulnerability ON vulnerability.name = a", (Texts(chosen.names),)


def _conditions(chosen: Chosen) -> tuple[list[str], list[Any]]:
    conditions, given = ["live = 1"], list[Any]()
    bounds = (
        ("score >= ?", chosen.score_from),
        ("score <= ?", chosen.score_to),
        ("epss >= ?", chosen.epss_from),
        ("epss <= ?", chosen.epss_to),
        ("published >= ?", iso(chosen.published_from) or None),
        ("published <= ?", iso(chosen.published_to) or None),
        ("kev = ?", None if chosen.is_kev is None else int(chosen.is_kev)),
        ("ransomware = ?", None if chosen.is_ransomware is None else int(chosen.is_ransomware)),
    )
    for condition, value in bounds:
        if value is not None:
            conditions.append(condition)
            given.append(value)
    if chosen.is_escalated is not None:
        conditions.append("escalated <> ''" if chosen.is_escalated else "escalated = ''")
    return conditions, given


def _known(row: Row) -> Known:
    id_, _, escalated, body = row
    return Known(
        id=id_,
        escalated=datetime.fromisoformat(escalated) if escalated else None,
        vulnerability=encoding.vulnerability(bytes(body)),
    )
