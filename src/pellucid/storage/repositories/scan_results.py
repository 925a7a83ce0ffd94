"""Results of scans: written once, in the transaction that ends the scan."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from sqlalchemy import String, insert, select, update
from sqlalchemy.orm import aliased

from pellucid.domain.bill import BillComponent
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.crypto_use import CryptoUse
from pellucid.domain.dependency import Dependency
from pellucid.domain.link import Link, LinkKind
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.scan_result import ScanResult
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.scan_crypto import (
    asset_places,
    asset_values,
    assets_of,
    use_values,
    uses_of,
)
from pellucid.storage.repositories.scan_hardening import hardening_values, observation_of, observation_values
from pellucid.storage.repositories.scan_inventory import (
    component_of,
    component_values,
    dependency_of,
    dependency_places,
    dependency_values,
    link_values,
    numbers_of,
)
from pellucid.storage.repositories.scan_places import place_values, plain
from pellucid.storage.repositories.silenced import SilencedRepository
from pellucid.storage.repositories.vex_claims import VexClaimRepository
from pellucid.storage.rows.crypto import CryptoAssetPlaceRow, ScanCryptoAssetRow, ScanCryptoUseRow
from pellucid.storage.rows.declarative import Row
from pellucid.storage.rows.inventory import (
    DependencyPlaceRow,
    ScanArtefactRow,
    ScanComponentRow,
    ScanDependencyRow,
    ScanHardeningRow,
    ScanLinkRow,
    ScanObservationRow,
    ScanProblemRow,
)
from pellucid.storage.rows.scan import ScanRow

PIECE = 5_000


class ScanResultRepository:
    def __init__(self, tx: Transaction) -> None:
        self._tx, self._session = tx, tx.session

    def store(self, scan_id: str, result: ScanResult, advisory_digest: str) -> None:
        """Everything but the findings, which belong to the product."""
        summary = {"timings": dict(result.timings), "reused": result.reused, "artefacts": len(result.artefacts)}
        values = {"summary": summary, "advisory_digest": advisory_digest}
        self._session.execute(update(ScanRow).where(ScanRow.id == scan_id).values(values))
        self._insert(ScanArtefactRow, scan_id, place_values(result))
        numbers = numbers_of(result.places)
        self._insert(ScanComponentRow, scan_id, component_values(result.components, numbers))
        self._insert(ScanDependencyRow, scan_id, dependency_values(result.dependencies))
        self._insert(DependencyPlaceRow, scan_id, dependency_places(result.dependencies, numbers))
        self._insert(ScanLinkRow, scan_id, link_values(result, numbers))
        self._insert(ScanCryptoAssetRow, scan_id, asset_values(result.crypto_assets))
        self._insert(CryptoAssetPlaceRow, scan_id, asset_places(result.crypto_assets, numbers))
        self._insert(ScanCryptoUseRow, scan_id, use_values(result.crypto_uses))
        self._insert(ScanObservationRow, scan_id, map(observation_values, result.observations))
        self._insert(ScanHardeningRow, scan_id, hardening_values(result.hardening, numbers))
        self._insert(ScanProblemRow, scan_id, (asdict(item) for item in result.problems))
        SilencedRepository(self._tx).replace(scan_id, result.silenced)
        VexClaimRepository(self._tx).put_of_scan(scan_id, result.vex_claims)

    def dependencies(self, scan_id: str) -> Sequence[Dependency]:
        """The stored inventory, whole: to match it again, to write documents of it. Places are in tree order."""
        places: dict[int, list[str]] = defaultdict(list)
        query = (
            select(DependencyPlaceRow.dependency, ScanArtefactRow.path)
            .join(
                ScanArtefactRow,
                (ScanArtefactRow.scan_id == DependencyPlaceRow.scan_id)
                & (ScanArtefactRow.number == DependencyPlaceRow.place),
            )
            .where(DependencyPlaceRow.scan_id == scan_id)
            .order_by(DependencyPlaceRow.dependency, DependencyPlaceRow.place)
        )
        for number, path in self._session.execute(query):
            places[number].append(path)
        # Columns, not objects: matching a fleet again reads them by the hundred thousand.
        row = ScanDependencyRow
        rows = self._session.execute(select(row.__table__).where(row.scan_id == scan_id).order_by(row.number))
        return [dependency_of(row, places.get(row.number, ())) for row in rows]

    def components(self, scan_id: str) -> Sequence[BillComponent]:
        """Units of software with their contents."""
        query = (
            select(ScanComponentRow, ScanArtefactRow.sha256, ScanArtefactRow.size)
            .outerjoin(
                ScanArtefactRow,
                (ScanArtefactRow.scan_id == ScanComponentRow.scan_id)
                & (ScanArtefactRow.number == ScanComponentRow.place),
            )
            .where(ScanComponentRow.scan_id == scan_id)
            .order_by(ScanComponentRow.number)
        )
        return [
            BillComponent(component=component_of(row), sha256=sha256 or "", size=size or 0)
            for row, sha256, size in self._session.execute(query)
        ]

    def links(self, scan_id: str) -> Sequence[Link]:
        """Which artefact uses which."""
        source, target = aliased(ScanArtefactRow), aliased(ScanArtefactRow)
        query = (
            select(source.path, target.path, ScanLinkRow.kind)
            .join(source, (source.scan_id == ScanLinkRow.scan_id) & (source.number == ScanLinkRow.source))
            .join(target, (target.scan_id == ScanLinkRow.scan_id) & (target.number == ScanLinkRow.target))
            .where(ScanLinkRow.scan_id == scan_id)
            .order_by(ScanLinkRow.number)
        )
        return [Link(source=from_, target=to, kind=LinkKind(kind)) for from_, to, kind in self._session.execute(query)]

    def observations(self, scan_id: str, *kinds: ObservationKind) -> Sequence[Observation]:
        """Those of these kinds, in the order in which they were found: an image has thousands of others."""
        row = ScanObservationRow
        query = select(row.kind, row.name, row.note, row.evidence).where(row.scan_id == scan_id, row.kind.in_(kinds))
        return [observation_of(found) for found in self._session.execute(query.order_by(row.number))]

    def crypto_assets(self, scan_id: str) -> Sequence[CryptoAsset]:
        """Keys and certificates, one for each place; those of one identity stand together."""
        row = ScanCryptoAssetRow
        rows = self._session.scalars(select(row).where(row.scan_id == scan_id).order_by(row.number))
        return [asset for found in rows for asset in assets_of(found)]

    def crypto_asset(self, scan_id: str, number: int) -> Sequence[CryptoAsset]:
        """One of them, once for each place; none when the scan has no such asset."""
        row = self._session.get(ScanCryptoAssetRow, (scan_id, number))
        return [*assets_of(row)] if row else []

    def crypto_uses(self, scan_id: str) -> Sequence[CryptoUse]:
        """Algorithms and protocols, one for each place; those of one identity stand together."""
        row = ScanCryptoUseRow
        rows = self._session.scalars(select(row).where(row.scan_id == scan_id).order_by(row.number))
        return [use for found in rows for use in uses_of(found)]

    def extent(self, scan_id: str) -> tuple[str, int]:
        """The format of the image, and how many files were looked at."""
        kind = self._session.scalar(
            select(ScanArtefactRow.kind).where(ScanArtefactRow.scan_id == scan_id, ScanArtefactRow.number == 0)
        )
        return kind or "", self._session.get_one(ScanRow, scan_id).summary.get("artefacts", 0)

    def problems(self, scan_id: str) -> Iterator[Problem]:
        """What could not be read, in the order in which the scan met it."""
        row = ScanProblemRow
        query = select(row.unit, row.kind, row.artefact, row.message).where(row.scan_id == scan_id).order_by(row.number)
        for unit, kind, artefact, message in self._session.execute(query):
            yield Problem(unit=unit, kind=ProblemKind(kind), artefact=artefact, message=message)

    def set_advisory_digest(self, scan_id: str, digest: str) -> None:
        """Note with which advisories a scan was judged last."""
        self._session.execute(update(ScanRow).where(ScanRow.id == scan_id).values(advisory_digest=digest))

    def _insert(self, row: type[Row], scan_id: str, values: Iterable[dict[str, Any]]) -> None:
        columns = row.__table__.columns
        numbered = "number" in columns
        longest = {column.name: column.type.length for column in columns if isinstance(column.type, String)}
        rows = (
            {**plain(value, longest), "scan_id": scan_id, **({"number": number} if numbered else {})}
            for number, value in enumerate(values)
        )
        while piece := list(islice(rows, PIECE)):
            self._session.execute(insert(row), piece)
