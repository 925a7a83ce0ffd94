"""Escalations: found while findings are stored, read as rows <-> domain."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, update
from sqlalchemy.dialects import postgresql, sqlite

from pellucid.domain.escalation import Escalation, EscalationKind, EscalationStatus, Standing, worse
from pellucid.domain.finding import Finding
from pellucid.domain.ids import named_id, new_ids
from pellucid.domain.news import NewEscalation
from pellucid.domain.vulnerability import Vulnerability
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.finding_values import fitting, standing_of
from pellucid.storage.rows.finding import EscalationRow

PIECE = 500
# A stored finding, its occurrence in this scan, the new judgement, and the columns that it gives.
Judged = tuple[Row[Any], Row[Any] | None, Finding, Mapping[str, Any]]


class EscalationRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session
        sqlite_here = tx.session.get_bind().dialect.name == "sqlite"
        self._insert: Any = sqlite.insert if sqlite_here else postgresql.insert

    def judge(self, judged: Iterable[Judged], now: datetime) -> tuple[NewEscalation, ...]:
        """Store and return what became worse. The same news about a finding is never told twice.

        What is said of the vulnerability is compared with what its product knew; severity and fix, which depend on the
        versions found, with what the same scan said before, if it did.
        """
        names: dict[str, str] = {}
        values = []
        judged = list(judged)
        worse_ones = [
            (row, item, columns)
            for row, occurrence, finding, columns in judged
            for item in worse(standing_of(row, occurrence), Standing.of(finding))
        ]
        for (row, item, columns), id_ in zip(worse_ones, new_ids(), strict=False):
            names[row.id] = row.name
            fresh = {
                "id": id_,
                "product_id": row.product_id,
                "finding_id": row.id,
                "kind": item.kind,
                "before": item.before,
                "after": item.after,
                "status": EscalationStatus.NEW,
                "create_time": now,
                "before_id": row.snapshot_id,
                "after_id": columns["snapshot_id"],
            }
            values.append(fitting(EscalationRow, fresh))
        made: set[str] = set()
        if values:
            table: Any = EscalationRow.__table__
            statement = self._insert(table).on_conflict_do_nothing(index_elements=["finding_id", "kind", "after"])
            made.update(self._session.scalars(statement.returning(table.c.id), values))
        return tuple(
            NewEscalation(
                id=value["id"],
                finding_id=value["finding_id"],
                name=names[value["finding_id"]],
                kind=EscalationKind(value["kind"]),
                before=value["before"],
                after=value["after"],
            )
            for value in values
            if value["id"] in made
        )

    def set_seen(self, finding_ids: Sequence[str]) -> None:
        """Somebody has looked at these findings: their escalations are new no more."""
        for start in range(0, len(finding_ids), PIECE):
            statement = update(EscalationRow).where(
                EscalationRow.finding_id.in_(finding_ids[start : start + PIECE]),
                EscalationRow.status == EscalationStatus.NEW,
            )
            values = {"status": EscalationStatus.SEEN}
            self._session.execute(statement.values(values), execution_options={"synchronize_session": False})


def to_domain(row: EscalationRow, vulnerability: str, snapshots: Mapping[str, Vulnerability]) -> Escalation:
    """`vulnerability` is the name that the finding has of it."""
    return Escalation(
        id=row.id,
        product_id=row.product_id,
        finding_id=row.finding_id,
        kind=EscalationKind(row.kind),
        before=row.before,
        after=row.after,
        status=EscalationStatus(row.status),
        create_time=row.create_time,
        vulnerability_name=vulnerability,
        vulnerability_id=named_id(vulnerability),
        # Where nothing is kept of the vulnerability, the news itself is all of its history.
        history_id=row.after_id or row.id,
        vulnerability_before=snapshots.get(row.before_id or ""),
        vulnerability_after=snapshots.get(row.after_id or ""),
    )
