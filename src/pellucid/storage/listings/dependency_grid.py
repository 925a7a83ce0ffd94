"""Dependencies as rows of a grid, with how many findings are about each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Subquery, select

from pellucid.domain.access import Scope
from pellucid.domain.dependency import Linkage
from pellucid.domain.grid import GridPage, GridQuery
from pellucid.domain.severity import Severity
from pellucid.storage.database import Transaction
from pellucid.storage.listings.dependencies import (
    ABOUT,
    BY_COMPONENTS,
    CARRIED,
    KEY,
    SEVERITIES,
    SOFTWARE,
    components_of,
    dependencies_of,
    findings_of,
)
from pellucid.storage.listings.grid import grid_rows

COLUMNS = (
    SOFTWARE.scan_id,
    SOFTWARE.number,
    SOFTWARE.id,
    SOFTWARE.vendor,
    SOFTWARE.product,
    SOFTWARE.version,
    SOFTWARE.licence,
    SOFTWARE.linkage,
)
Counted = Mapping[tuple[str, int], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ListedDependency:
    """`components` counts the places that carry it, `findings` what is about it, `fixable` those with a known fix."""

    id: str
    scan_id: str
    vendor: str
    product: str
    version: str
    licence: str
    linkage: Linkage
    components: int
    findings: int
    severities: Mapping[Severity, int]
    fixable: int


def dependency_grid(tx: Transaction, scope: Scope, wanted: GridQuery) -> GridPage[ListedDependency]:
    """A row for each dependency, image by image in the order of its inventory unless sorted otherwise."""
    found = dependencies_of(tx, scope, wanted)
    query = found.query.with_only_columns(*COLUMNS)
    rows, total = grid_rows(tx, query, found.fields, replace(wanted, filters=()), key=KEY, sorting=found.sorting)
    # Counted for the page alone: far quicker than for all that it was chosen from. Scans and numbers apart, as SQLite
    # has no way from a list of pairs to an index; what that finds too much is of no other row.
    keys = [(row.scan_id, row.number) for row in rows]
    scans, numbers = ({key[part] for key in keys} for part in (0, 1))
    findings = _by_key(tx, findings_of(ABOUT.scan_id.in_(scans) & ABOUT.dependency.in_(numbers)))
    components = _by_key(tx, components_of(CARRIED.scan_id.in_(scans) & CARRIED.dependency.in_(numbers)))
    listed = [_listed(row, findings.get(key, {}), components.get(key, {})) for key, row in zip(keys, rows, strict=True)]
    return GridPage(rows=listed, total=total)


def _by_key(tx: Transaction, counts: Subquery) -> Counted:
    found = tx.session.execute(select(counts)).mappings()
    return {(row["scan_id"], row["dependency"]): {**row} for row in found}


def _listed(row: Any, findings: Mapping[str, Any], components: Mapping[str, Any]) -> ListedDependency:
    return ListedDependency(
        id=row.id,
        scan_id=row.scan_id,
        vendor=row.vendor,
        product=row.product,
        version=row.version,
        licence=row.licence,
        linkage=Linkage(row.linkage),
        components=components.get(BY_COMPONENTS, 0),
        findings=findings.get("severitiesAll", 0),
        severities={item: findings.get(name, 0) for name, item in SEVERITIES.items()},
        fixable=findings.get("findingsWithKnownFixAll", 0),
    )
