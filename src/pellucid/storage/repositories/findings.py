"""Findings of products: kept over scans, seen in scans, escalated when they become worse."""

from collections.abc import Sequence, Set
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from pellucid.domain.finding import Finding, FindingStatus
from pellucid.domain.ids import new_id
from pellucid.domain.severity import Severity
from pellucid.storage.database import Transaction
from pellucid.storage.rows.declarative import Row
from pellucid.storage.rows.finding import (
    EscalationRow,
    FindingRow,
    OccurrenceDependencyRow,
    OccurrencePlaceRow,
    OccurrenceRow,
)
from pellucid.storage.rows.inventory import ScanArtefactRow, ScanDependencyRow

PIECE = 500


class FindingRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session
        sqlite_here = tx.session.get_bind().dialect.name == "sqlite"
        self._insert: Any = sqlite.insert if sqlite_here else postgresql.insert

    def store(self, product_id: str, scan_id: str, findings: Sequence[Finding]) -> None:
        """Add what is new, raise what became worse (that is an escalation), and note where each was seen.

        The artefacts and dependencies of the scan must be stored before.
        """
        now = datetime.now(UTC)
        by_key = {finding.key: finding for finding in findings}
        self._add(product_id, list(by_key.values()), now)
        rows = self._rows(product_id, list(by_key))
        for key, finding in by_key.items():
            self._escalate(rows[key], finding, now)
        self._occur(scan_id, [(rows[key].id, finding) for key, finding in by_key.items()], now)

    def _add(self, product_id: str, findings: Sequence[Finding], now: datetime) -> None:
        values = [
            {
                "id": new_id(),
                "product_id": product_id,
                "key": finding.key,
                "class": finding.class_,
                "type": finding.type,
                "severity": finding.severity,
                "status": FindingStatus.NEW,
                "name": finding.name,
                "title": finding.title,
                "is_kev": finding.is_kev,
                "has_known_fix": bool(finding.known_fixed_version),
                "cvss_score": finding.cvss_score,
                "create_time": now,
                "details": _details(finding),
            }
            for finding in findings
        ]
        for start in range(0, len(values), PIECE):
            statement = self._insert(FindingRow.__table__).values(values[start : start + PIECE])
            self._session.execute(statement.on_conflict_do_nothing(index_elements=["product_id", "key"]))

    def _rows(self, product_id: str, keys: Sequence[str]) -> dict[str, FindingRow]:
        rows: dict[str, FindingRow] = {}
        for start in range(0, len(keys), PIECE):
            query = select(FindingRow).where(
                FindingRow.product_id == product_id, FindingRow.key.in_(keys[start : start + PIECE])
            )
            rows.update({row.key: row for row in self._session.scalars(query)})
        return rows

    def _escalate(self, row: FindingRow, finding: Finding, now: datetime) -> None:
        """Bring the finding up to date; news that it became worse is an escalation."""
        news = []
        if finding.is_kev and not row.is_kev:
            news.append(("knownExploited", "false", "true"))
        if finding.severity.rank > Severity(row.severity).rank:
            news.append(("severity", row.severity, finding.severity))
        row.is_kev, row.severity, row.cvss_score = finding.is_kev, finding.severity, finding.cvss_score
        row.has_known_fix = bool(finding.known_fixed_version)
        row.details = _details(finding)
        for kind, before, after in news:
            values = {
                "id": new_id(),
                "product_id": row.product_id,
                "finding_id": row.id,
                "kind": kind,
                "before": before,
                "after": after,
                "status": "new",
                "create_time": now,
            }
            statement = self._insert(EscalationRow).values(values)
            self._session.execute(statement.on_conflict_do_nothing(index_elements=["finding_id", "kind", "after"]))

    def _occur(self, scan_id: str, seen: Sequence[tuple[str, Finding]], now: datetime) -> None:
        values = [
            {
                "id": new_id(),
                "finding_id": finding_id,
                "scan_id": scan_id,
                "severity": finding.severity,
                "confidence": finding.confidence,
                "create_time": now,
                "evidence": [asdict(item) for item in finding.evidence],
            }
            for finding_id, finding in seen
        ]
        for start in range(0, len(values), PIECE):
            statement = self._insert(OccurrenceRow).values(values[start : start + PIECE])
            self._session.execute(statement.on_conflict_do_nothing(index_elements=["scan_id", "finding_id"]))
        self._place(scan_id, seen)
        self._relate(scan_id, seen)

    def _place(self, scan_id: str, seen: Sequence[tuple[str, Finding]]) -> None:
        numbers = self._numbers(scan_id, {item.artefact for _, finding in seen for item in finding.evidence})
        self._note(
            OccurrencePlaceRow,
            [
                {"scan_id": scan_id, "finding_id": finding_id, "number": number}
                for finding_id, finding in seen
                for number in sorted({numbers[item.artefact] for item in finding.evidence if item.artefact in numbers})
            ],
        )

    def _relate(self, scan_id: str, seen: Sequence[tuple[str, Finding]]) -> None:
        """Note which dependencies of the scan the findings are about."""
        if not any(finding.dependencies for _, finding in seen):
            return
        row = ScanDependencyRow
        query = select(row.vendor, row.product, row.version, row.purl, row.number).where(row.scan_id == scan_id)
        numbers = {(*identity,): number for *identity, number in self._session.execute(query)}
        self._note(
            OccurrenceDependencyRow,
            [
                {"scan_id": scan_id, "finding_id": finding_id, "dependency": numbers[identity]}
                for finding_id, finding in seen
                for identity in dict.fromkeys(finding.dependencies)
                if identity in numbers
            ],
        )

    def _note(self, row: type[Row], values: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(values), PIECE):
            statement = self._insert(row).values(values[start : start + PIECE])
            self._session.execute(statement.on_conflict_do_nothing())

    def _numbers(self, scan_id: str, paths: Set[str]) -> dict[str, int]:
        """Numbers in the tree by path; of equal paths the first. One pass over the scan, as paths have no index."""
        if not paths:
            return {}
        query = (
            select(ScanArtefactRow.path, ScanArtefactRow.number)
            .where(ScanArtefactRow.scan_id == scan_id, ScanArtefactRow.sha256 != "")
            .order_by(ScanArtefactRow.number.desc())
            .execution_options(yield_per=PIECE * 10)
        )
        return {path: number for path, number in self._session.execute(query) if path in paths}


def _details(finding: Finding) -> dict[str, Any]:
    return {
        "description": finding.description,
        "identifiers": [list(pair) for pair in finding.identifiers],
        "recommendedAction": finding.recommended_action,
        "knownFixedVersion": finding.known_fixed_version,
        "references": list(finding.references),
        "dependency": list(finding.dependency or ()),
    }
