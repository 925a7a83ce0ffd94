"""Results of scans: written once, in the transaction that ends the scan."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from sqlalchemy import insert, select, update

from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.evidence import Evidence
from pellucid.domain.scan_result import ScanResult
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.scan_places import place_values, plain
from pellucid.storage.rows.declarative import Row
from pellucid.storage.rows.inventory import (
    ScanArtefactRow,
    ScanComponentRow,
    ScanCryptoAssetRow,
    ScanDependencyRow,
    ScanObservationRow,
    ScanProblemRow,
)
from pellucid.storage.rows.scan import ScanRow

PIECE = 5_000


class ScanResultRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def store(self, scan_id: str, result: ScanResult, advisory_digest: str) -> None:
        """Everything but the findings, which belong to the product."""
        summary = {"timings": dict(result.timings), "reused": result.reused, "artefacts": len(result.artefacts)}
        values = {"summary": summary, "advisory_digest": advisory_digest}
        self._session.execute(update(ScanRow).where(ScanRow.id == scan_id).values(values))
        self._insert(ScanArtefactRow, scan_id, place_values(result))
        self._insert(
            ScanComponentRow,
            scan_id,
            (
                {
                    "kind": item.kind,
                    "name": item.name,
                    "format": item.format,
                    "architecture": item.architecture,
                    "bits": item.bits,
                    "artefact": item.evidence.artefact,
                }
                for item in result.components
            ),
        )
        kept = {column.name for column in ScanDependencyRow.__table__.columns}
        self._insert(
            ScanDependencyRow,
            scan_id,
            ({name: value for name, value in asdict(item).items() if name in kept} for item in result.dependencies),
        )
        self._insert(ScanCryptoAssetRow, scan_id, _assets(result.crypto_assets))
        self._insert(
            ScanObservationRow,
            scan_id,
            (
                {"kind": item.kind, "name": item.name, "note": item.note, "evidence": [asdict(item.evidence)]}
                for item in result.observations
            ),
        )
        self._insert(ScanProblemRow, scan_id, (asdict(item) for item in result.problems))

    def dependencies(self, scan_id: str) -> Sequence[Dependency]:
        """The stored inventory, for matching it again."""
        rows = self._session.scalars(
            select(ScanDependencyRow).where(ScanDependencyRow.scan_id == scan_id).order_by(ScanDependencyRow.number)
        )
        return [
            Dependency(
                vendor=row.vendor,
                product=row.product,
                version=row.version,
                purl=row.purl,
                cpe=row.cpe,
                licence=row.licence,
                linkage=Linkage(row.linkage),
                confidence=row.confidence,
                ecosystem=row.ecosystem,
                source_name=row.source_name,
                source_version=row.source_version,
                evidence=tuple(Evidence(**item) for item in row.evidence),
            )
            for row in rows
        ]

    def set_advisory_digest(self, scan_id: str, digest: str) -> None:
        """Note with which advisories a scan was judged last."""
        self._session.execute(update(ScanRow).where(ScanRow.id == scan_id).values(advisory_digest=digest))

    def _insert(self, row: type[Row], scan_id: str, values: Iterable[dict[str, Any]]) -> None:
        rows = ({**plain(value), "scan_id": scan_id, "number": number} for number, value in enumerate(values))
        while piece := list(islice(rows, PIECE)):
            self._session.execute(insert(row), piece)


def _assets(assets: Sequence[CryptoAsset]) -> Iterable[dict[str, Any]]:
    """One row an identity, with every place it was seen in."""
    same: dict[tuple[str, str], list[CryptoAsset]] = defaultdict(list)
    for asset in assets:
        same[asset.identity].append(asset)
    for group in same.values():
        first = group[0]
        shown = {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in asdict(first).items()
            if name != "evidence"
        }
        yield {
            "kind": first.kind,
            "algorithm": first.algorithm,
            "fingerprint": first.fingerprint,
            "not_after": first.not_after,
            "asset": shown,
            "evidence": [asdict(item.evidence) for item in group],
        }
