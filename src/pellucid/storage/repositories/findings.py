"""Findings of products: kept over scans, seen in scans, escalated when they become worse."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from pellucid.domain.finding import Finding, FindingStatus
from pellucid.domain.ids import new_ids
from pellucid.domain.news import FindingNews, NewFinding
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.escalations import EscalationRepository
from pellucid.storage.repositories.finding_values import body_values, day_of, finding_values
from pellucid.storage.repositories.occurrences import Occurrences
from pellucid.storage.repositories.vulnerability_snapshots import VulnerabilitySnapshots
from pellucid.storage.rows.finding import FindingBodyRow, FindingRow

PIECE = 500
Values = Mapping[str, Any]
FINDING: Any = FindingRow.__table__
BODY: Any = FindingBodyRow.__table__


class FindingRepository:
    def __init__(self, tx: Transaction) -> None:
        self._tx, self._session = tx, tx.session
        sqlite_here = tx.session.get_bind().dialect.name == "sqlite"
        self._insert: Any = sqlite.insert if sqlite_here else postgresql.insert

    def store(
        self,
        product_id: str,
        scan_id: str,
        findings: Sequence[Finding],
        *,
        whole: bool = False,
        of: Collection[str] | None = None,
    ) -> FindingNews:
        """Add what is new, raise what became worse (that is an escalation), and note where each was seen.

        The artefacts and dependencies of the scan must be stored before. `whole`: these are all findings about
        dependencies that the scan has now; what it had of such besides loses its occurrence, and keeps its status.
        `of`: these are all about these vulnerabilities that it has now; others stay as they are.
        """
        now = datetime.now(UTC)
        by_key = {finding.key: finding for finding in findings}
        snapshots = VulnerabilitySnapshots(self._tx)
        ids = snapshots.put(finding.vulnerability for finding in by_key.values() if finding.vulnerability)
        wanted = {
            key: finding_values(finding, ids[finding.vulnerability.name] if finding.vulnerability else None)
            for key, finding in by_key.items()
        }
        before = self._rows(product_id, list(by_key))
        before |= self._renamed(product_id, {key: item for key, item in by_key.items() if key not in before}, by_key)
        occurrences = Occurrences(self._tx, scan_id)
        counts = occurrences.counts()
        fixed = {"product_id": product_id, "is_present": counts}
        created = self._add([by_key[key] for key in by_key if key not in before], wanted, fixed, now)
        rows = before if not created else before | self._rows(product_id, list(by_key))
        seen = occurrences.known()
        escalations = EscalationRepository(self._tx).judge(
            [(row, seen.get(row.id), by_key[key], wanted[key]) for key, row in before.items()], now
        )
        self._bring_up_to_date([(rows[key], by_key[key], wanted[key]) for key in sorted(by_key)])
        now_seen = {rows[key].id: finding for key, finding in by_key.items()}
        gone = (
            occurrences.of_dependencies(seen.keys() - now_seen.keys(), of) if whole or of is not None else frozenset()
        )
        occurrences.write(now_seen, seen, now)
        occurrences.remove(gone)
        if counts:
            absent = {row.id for row in rows.values() if not row.is_present}
            occurrences.set_present(absent, (seen.keys() | now_seen.keys()) - gone, gone)
        replaced = {row.snapshot_id for row in before.values() if row.snapshot_id} - {*ids.values()}
        snapshots.forget(replaced)
        return FindingNews(findings=created, escalations=escalations)

    def _add(
        self, findings: Sequence[Finding], wanted: Mapping[str, Values], fixed: Values, now: datetime
    ) -> tuple[NewFinding, ...]:
        # Another transaction may have made one of them meanwhile; its row is then brought up to date like any other.
        fresh = {"status": FindingStatus.NEW, "status_time": None, "create_time": now, "day": day_of(now)}
        values = [
            {"id": id_, "key": finding.key, **fixed, **fresh, **wanted[finding.key]}
            for finding, id_ in zip(findings, new_ids(), strict=False)
        ]
        bodies = [
            {"finding_id": value["id"], **body_values(finding)} for finding, value in zip(findings, values, strict=True)
        ]
        made: set[str] = set()
        if values:
            statement = self._insert(FINDING).on_conflict_do_nothing(index_elements=["product_id", "key"])
            made.update(self._session.scalars(statement.returning(FINDING.c.id), values))
        if made:
            self._session.execute(insert(BODY), [body for body in bodies if body["finding_id"] in made])
        return tuple(
            NewFinding(id=value["id"], name=finding.name, type=finding.type, severity=finding.severity)
            for finding, value in zip(findings, values, strict=True)
            if value["id"] in made
        )

    def _rows(self, product_id: str, keys: Sequence[str]) -> dict[str, Row[Any]]:
        rows: dict[str, Row[Any]] = {}
        for piece in _pieces(keys):
            query = select(FINDING).where(FINDING.c.product_id == product_id, FINDING.c.key.in_(piece))
            rows.update((row.key, row) for row in self._session.execute(query))
        return rows

    def _renamed(self, product_id: str, new: Mapping[str, Finding], taken: Collection[str]) -> dict[str, Row[Any]]:
        """Rows that were another name's of the same vulnerability; they are these findings' now, decisions and all."""
        former = {old: key for key, item in new.items() for old in item.former_keys if old not in taken}
        rows: dict[str, Row[Any]] = {}
        for old, row in sorted(self._rows(product_id, list(former)).items(), key=lambda item: item[1].id):
            rows.setdefault(former[old], row)
        if rows:
            values = [{"of": row.id, "now": key} for key, row in rows.items()]
            statement = update(FINDING).where(FINDING.c.id == bindparam("of")).values(key=bindparam("now"))
            self._session.execute(statement, values)
        return rows

    def _bring_up_to_date(self, known: Iterable[tuple[Row[Any], Finding, Values]]) -> None:
        """Write what has changed: most of the time that is nothing."""
        changed, bodies = [], []
        for row, finding, values in known:
            stored = row._mapping
            if any(stored[name] != value for name, value in values.items()):
                changed.append({"of": row.id, **values})
            if row.digest != values["digest"]:
                bodies.append({"of": row.id, **body_values(finding)})
        if changed:
            self._session.execute(update(FINDING).where(FINDING.c.id == bindparam("of")), changed)
        if bodies:
            self._session.execute(update(BODY).where(BODY.c.finding_id == bindparam("of")), bodies)


def _pieces(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start : start + PIECE] for start in range(0, len(items), PIECE)]
