"""Matches of scans that are no findings, and who says so."""

from collections.abc import Sequence
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

    def replace(self, scan_id: str, silenced: Sequence[Silenced]) -> None:
        """What the newest judgement of a scan says; the dependencies of the scan must be stored before."""
        self._session.execute(delete(SilencedMatchRow).where(SilencedMatchRow.scan_id == scan_id))
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
            for number, item in enumerate(silenced)
        ]
        for start in range(0, len(values), PIECE):
            self._session.execute(insert(SilencedMatchRow), values[start : start + PIECE])

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
