"""Matches of scans that are no findings, and who says so."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from pellucid.domain.finding import Silenced, SilenceKind
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.finding_values import fitting
from pellucid.storage.repositories.occurrences import dependency_numbers
from pellucid.storage.rows.finding import SilencedMatchRow
from pellucid.storage.rows.inventory import ScanDependencyRow

PIECE = 5_000


class SilencedRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def replace(self, scan_id: str, silenced: Sequence[Silenced], of: Collection[str] | None = None) -> None:
        """What the newest judgement of a scan says; the dependencies of the scan must be stored before.

        `of`: it is all that is said of these vulnerabilities; what was said of others stays.
        """
        first = 0
        if of is None:
            self._session.execute(delete(SilencedMatchRow).where(SilencedMatchRow.scan_id == scan_id))
        else:
            first = self._forget(scan_id, of)
        numbers = dependency_numbers(self._session, scan_id) if silenced else {}
        values: list[dict[str, Any]] = [
            {
                "scan_id": scan_id,
                "number": number,
                "dependency": numbers.get(item.dependency),
                **fitting(
                    SilencedMatchRow,
                    {
                        "vulnerability": item.vulnerability,
                        "source": item.source,
                        "kind": item.kind,
                        "reason": item.reason,
                    },
                ),
            }
            for number, item in enumerate(silenced, first)
        ]
        for start in range(0, len(values), PIECE):
            self._session.execute(insert(SilencedMatchRow), values[start : start + PIECE])

    def _forget(self, scan_id: str, of: Collection[str]) -> int:
        """Remove what was said of these; the number after the last one of the others."""
        row = SilencedMatchRow
        known = self._session.execute(select(row.number, row.vulnerability).where(row.scan_id == scan_id)).all()
        gone = [number for number, name in known if name in of]
        for start in range(0, len(gone), PIECE):
            piece = gone[start : start + PIECE]
            self._session.execute(delete(row).where(row.scan_id == scan_id, row.number.in_(piece)))
        return max((number + 1 for number, _ in known), default=0)

    def of_scan(self, scan_id: str) -> list[Silenced]:
        """In the order in which the judgement gave them."""
        row, about = SilencedMatchRow, ScanDependencyRow
        query = (
            select(row, about.vendor, about.product, about.version, about.purl)
            .outerjoin(about, (about.scan_id == row.scan_id) & (about.number == row.dependency))
            .where(row.scan_id == scan_id)
            .order_by(row.number)
        )
        return [
            Silenced(
                vulnerability=item.vulnerability,
                dependency=(vendor or "", product or "", version or "", purl or ""),
                source=item.source,
                reason=item.reason,
                kind=SilenceKind(item.kind),
            )
            for item, vendor, product, version, purl in self._session.execute(query)
        ]
