"""Where scans have seen findings: written with the scan, and again when it is judged again."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.finding import Finding, FindingSubtype
from pellucid.domain.ids import new_ids
from pellucid.domain.scan import ScanStateType
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.finding_values import occurrence_values
from pellucid.storage.rows import declarative
from pellucid.storage.rows.crypto import ScanCryptoAssetRow
from pellucid.storage.rows.finding import (
    FindingRow,
    OccurrenceCryptoAssetRow,
    OccurrenceDependencyRow,
    OccurrencePlaceRow,
    OccurrenceRow,
)
from pellucid.storage.rows.inventory import ScanArtefactRow, ScanDependencyRow
from pellucid.storage.rows.scan import ScanRow

PIECE = 500
Spot = tuple[str, int]
"""An artefact, and an offset in it."""
Lying = tuple[int, str, set[Spot]]
"""The number of a crypto asset, its kind, and where it lies."""


class Occurrences:
    """Those of one scan."""

    def __init__(self, tx: Transaction, scan_id: str) -> None:
        self._session, self._scan_id = tx.session, scan_id
        sqlite_here = tx.session.get_bind().dialect.name == "sqlite"
        self._insert: Any = sqlite.insert if sqlite_here else postgresql.insert

    def known(self) -> Mapping[str, Row[Any]]:
        """By finding: what was stored of it in this scan before."""
        row = OccurrenceRow
        columns = (row.finding_id, row.id, row.severity, row.known_fixed_version, row.digest)
        query = select(*columns).where(row.scan_id == self._scan_id)
        rows: Sequence[Any] = self._session.execute(query).all()
        return {item.finding_id: item for item in rows}

    def of_dependencies(self, finding_ids: Collection[str], of: Collection[str] | None = None) -> Set[str]:
        """Which of these findings are about a dependency; with `of`, about one of these vulnerabilities."""
        found: set[str] = set()
        row = FindingRow
        for piece in _pieces(sorted(finding_ids)):
            query = select(row.id, row.vulnerability).where(row.id.in_(piece), row.dependency_product != "")
            rows = self._session.execute(query)
            found.update(id_ for id_, name in rows if of is None or name in of)
        return found

    def write(self, seen: Mapping[str, Finding], known: Mapping[str, Row[Any]], now: datetime) -> None:
        """Add what is new, and bring up to date what has changed."""
        values = {finding_id: occurrence_values(finding) for finding_id, finding in seen.items()}
        fresh = [finding_id for finding_id in values if finding_id not in known]
        changed = [key for key in values if key in known and known[key].digest != values[key]["digest"]]
        self._add(
            OccurrenceRow,
            [
                {"id": id_, "finding_id": key, "scan_id": self._scan_id, "create_time": now, **values[key]}
                for key, id_ in zip(fresh, new_ids(), strict=False)
            ],
        )
        if changed:
            table = OccurrenceRow.__table__
            statement = update(table).where(table.c.id == bindparam("of"))  # type: ignore[arg-type]  # a table it is
            self._session.execute(statement, [{"of": known[key].id, **values[key]} for key in changed])
            self._forget_where(changed)
        self._place({key: seen[key] for key in (*fresh, *changed)})
        self._relate({key: seen[key] for key in (*fresh, *changed)})
        self._relate_assets({key: seen[key] for key in (*fresh, *changed)})

    def remove(self, finding_ids: Collection[str]) -> None:
        """The scan does not have these any more."""
        self._forget_where(finding_ids)
        self._delete(OccurrenceRow, finding_ids)

    def counts(self) -> bool:
        """Whether this is the newest scan of its image: of those that have finished, or are being finished now."""
        other = self._other()
        return other is None or other < self._scan_id

    def set_present(self, absent: Collection[str], after: Set[str], gone: Set[str]) -> None:
        """Tell findings whether any image has them, once the occurrences of a scan that counts are written.

        `absent` were in no image so far, `after` are in this one; `gone` were. Those of the scan that this one follows
        may be in no image any more, too.
        """
        table: Any = FindingRow.__table__
        # One statement a finding: without statistics, PostgreSQL would read all for a list of them.
        of_one = update(table).where(table.c.id == bindparam("of"))
        if found := sorted(key for key in absent if key in after):
            self._session.execute(of_one.values(is_present=True), [{"of": key} for key in found])
        lost = gone | (self._followed() - after)
        if lost := lost - self._elsewhere(lost):
            self._session.execute(of_one.values(is_present=False), [{"of": key} for key in sorted(lost)])

    def _other(self) -> str | None:
        """The newest finished scan of the image besides this one."""
        of_image = select(ScanRow.image_id).where(ScanRow.id == self._scan_id).scalar_subquery()
        done = (ScanRow.state == ScanStateType.DONE) & (ScanRow.id != self._scan_id)
        return self._session.scalar(select(func.max(ScanRow.id)).where(ScanRow.image_id == of_image, done))

    def _followed(self) -> Set[str]:
        """Findings of the scan that this one takes the place of; none when it did so before."""
        state = self._session.scalar(select(ScanRow.state).where(ScanRow.id == self._scan_id))
        if state == ScanStateType.DONE:
            return frozenset()
        query = select(OccurrenceRow.finding_id).where(OccurrenceRow.scan_id == self._other())
        return frozenset(self._session.scalars(query))

    def _elsewhere(self, finding_ids: Collection[str]) -> Set[str]:
        """Which of these the newest scan of any image of the product has."""
        of_product = select(ScanRow.product_id).where(ScanRow.id == self._scan_id).scalar_subquery()
        newest = (
            select(func.max(ScanRow.id))
            .where(
                ScanRow.product_id == of_product,
                (ScanRow.state == ScanStateType.DONE) | (ScanRow.id == self._scan_id),
            )
            .group_by(ScanRow.image_id)
        )
        found: set[str] = set()
        for piece in _pieces(sorted(finding_ids)):
            row = OccurrenceRow
            query = select(row.finding_id).where(row.finding_id.in_(piece), row.scan_id.in_(newest)).distinct()
            found.update(self._session.scalars(query))
        return found

    def _forget_where(self, finding_ids: Collection[str]) -> None:
        for row in (OccurrencePlaceRow, OccurrenceDependencyRow, OccurrenceCryptoAssetRow):
            self._delete(row, finding_ids)

    def _delete(self, row: Any, finding_ids: Collection[str]) -> None:
        for piece in _pieces(sorted(finding_ids)):
            statement = delete(row).where(row.scan_id == self._scan_id, row.finding_id.in_(piece))
            self._session.execute(statement, execution_options={"synchronize_session": False})

    def _place(self, seen: Mapping[str, Finding]) -> None:
        numbers = self._numbers({item.artefact for finding in seen.values() for item in finding.evidence})
        self._add(
            OccurrencePlaceRow,
            [
                {"scan_id": self._scan_id, "finding_id": finding_id, "number": number}
                for finding_id, finding in seen.items()
                for number in sorted({numbers[item.artefact] for item in finding.evidence if item.artefact in numbers})
            ],
        )

    def _relate(self, seen: Mapping[str, Finding]) -> None:
        """Note which dependencies of the scan the findings are about."""
        if not any(finding.dependencies for finding in seen.values()):
            return
        numbers = dependency_numbers(self._session, self._scan_id)
        self._add(
            OccurrenceDependencyRow,
            [
                {"scan_id": self._scan_id, "finding_id": finding_id, "dependency": numbers[identity]}
                for finding_id, finding in seen.items()
                for identity in dict.fromkeys(finding.dependencies)
                if identity in numbers
            ],
        )

    def _relate_assets(self, seen: Mapping[str, Finding]) -> None:
        """Note which crypto assets of the scan the findings are about."""
        named = {value for finding in seen.values() for value in _fingerprints(finding)}
        same: dict[str, list[Lying]] = defaultdict(list)
        row = ScanCryptoAssetRow
        # Findings about software name none: for those nothing is read.
        query = select(row.number, row.kind, row.fingerprint, row.evidence).where(row.scan_id == self._scan_id)
        for number, kind, fingerprint, evidence in self._session.execute(query) if named else ():
            if fingerprint in named:
                same[fingerprint].append((number, kind, {(item["artefact"], item["offset"]) for item in evidence}))
        self._add(
            OccurrenceCryptoAssetRow,
            [
                {"scan_id": self._scan_id, "finding_id": finding_id, "asset": number}
                for finding_id, finding in seen.items()
                for number in _meant(finding, same)
            ],
        )

    def _add(self, row: type[declarative.Row], values: Sequence[dict[str, Any]]) -> None:
        if values:
            self._session.execute(self._insert(row.__table__).on_conflict_do_nothing(), values)

    def _numbers(self, paths: Set[str]) -> dict[str, int]:
        """Numbers in the tree by path; of equal paths the first. One pass over the scan, as paths have no index."""
        if not paths:
            return {}
        query = (
            select(ScanArtefactRow.path, ScanArtefactRow.number)
            .where(ScanArtefactRow.scan_id == self._scan_id, ScanArtefactRow.sha256 != "")
            .order_by(ScanArtefactRow.number.desc())
            .execution_options(yield_per=PIECE * 10)
        )
        return {path: number for path, number in self._session.execute(query) if path in paths}


def dependency_numbers(session: Any, scan_id: str) -> dict[tuple[str, str, str, str], int]:
    """Numbers of the dependencies of a scan by identity."""
    row = ScanDependencyRow
    query = select(row.vendor, row.product, row.version, row.purl, row.number).where(row.scan_id == scan_id)
    return {
        (vendor, product, version, purl): number for vendor, product, version, purl, number in session.execute(query)
    }


def _fingerprints(finding: Finding) -> Iterator[str]:
    """Those of keys and certificates, which it names by their SHA-256."""
    return (value for kind, value in finding.identifiers if kind.endswith("Sha256"))


def _meant(finding: Finding, same: Mapping[str, Sequence[Lying]]) -> Sequence[int]:
    """Numbers of the assets whose fingerprint a finding names, and which it means by that.

    A certificate, its key and the other half of that share fingerprints: it is about what it says it is about, and
    about what lies where it was seen; about all of them where that leaves none.
    """
    named = [asset for value in dict.fromkeys(_fingerprints(finding)) for asset in same.get(value, ())]
    if finding.subtype in (FindingSubtype.CERTIFICATE, FindingSubtype.KEY):
        is_certificate = finding.subtype == FindingSubtype.CERTIFICATE
        named = [item for item in named if (item[1] == CryptoKind.CERTIFICATE) is is_certificate] or named
    spots = {(item.artefact, item.offset) for item in finding.evidence}
    there = [item for item in named if item[2] & spots] or named
    return sorted({number for number, _, _ in there})


def _pieces(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start : start + PIECE] for start in range(0, len(items), PIECE)]
