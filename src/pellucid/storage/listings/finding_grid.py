"""Findings as rows of a grid."""

from collections.abc import Set
from dataclasses import replace

from sqlalchemy import literal

from pellucid.domain.access import Scope
from pellucid.domain.grid import GridPage, GridQuery
from pellucid.domain.product_finding import Part, ProductFinding
from pellucid.storage.database import Transaction
from pellucid.storage.listings.findings import FINDING, findings_of
from pellucid.storage.listings.grid import grid_rows
from pellucid.storage.listings.product_findings import EVERYTHING, product_findings


def finding_grid(
    tx: Transaction, scope: Scope, wanted: GridQuery, parts: Set[Part] = EVERYTHING
) -> GridPage[ProductFinding]:
    """A row a finding, the worst first unless sorted otherwise; with two images compared, each with its side."""
    found = findings_of(tx, scope, wanted)
    side = found.side.of if found.side else literal("")
    query = found.query.with_only_columns(FINDING.id, side.label("side"), maintain_column_froms=True)
    rows, total = grid_rows(
        tx,
        query,
        found.fields,
        replace(wanted, filters=()),
        key=(FINDING.id,),
        newest_first=FINDING.severity_rank,
        latest=True,
        sorting=found.sorting,
    )
    sides = {row.id: row.side for row in rows}
    listed = product_findings(tx, list(sides), parts, scans=found.scans)
    return GridPage(rows=[replace(item, side=sides[item.id]) for item in listed], total=total)
