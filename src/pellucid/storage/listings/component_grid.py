"""Components in which findings occur, as rows of a grid."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import String, cast, literal, select

from pellucid.domain.access import Scope
from pellucid.domain.component_tree import TreeComponent
from pellucid.domain.grid import GridPage, GridQuery
from pellucid.storage.database import Transaction
from pellucid.storage.listings.grid import Field, grid_rows
from pellucid.storage.listings.grid_values import ID, NUMBER, WORD
from pellucid.storage.listings.newest_scans import newest
from pellucid.storage.listings.scan_places import COLUMNS, CONTAINER, KIND, PATH, PLACE, SOFTWARE, joined, to_domain
from pellucid.storage.listings.visibility import visible
from pellucid.storage.rows.finding import FindingRow, OccurrencePlaceRow
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.scan import ScanRow

FIELDS: Mapping[str, Field] = {
    "id": Field(of=PLACE.scan_id + literal("-") + cast(PLACE.number, String), kind=WORD),
    "name": Field(of=PLACE.name),
    "path": Field(of=PATH),
    "containerPath": Field(of=CONTAINER.path),
    "kind": Field(of=KIND),
    "format": Field(of=PLACE.kind),
    "sha256": Field(of=PLACE.sha256, kind=WORD),
    "size": Field(of=PLACE.size, kind=NUMBER),
    "architecture": Field(of=SOFTWARE.architecture),
    "productFindingId": Field(of=OccurrencePlaceRow.finding_id, kind=ID),
    "findingName": Field(of=FindingRow.name),
    "findingType": Field(of=FindingRow.type),
    "severity": Field(of=FindingRow.severity, kind=WORD),
    "productId": Field(of=ScanRow.product_id, kind=ID),
    "imageId": Field(of=ScanRow.image_id, kind=ID),
    "scanId": Field(of=PLACE.scan_id, kind=ID),
}
# The same under other names that clients know.
FIELDS = {**FIELDS, "findingId": FIELDS["productFindingId"], "componentId": FIELDS["id"]}
OF_ONE_SCAN = frozenset(("scanId", "id", "componentId"))


@dataclass(frozen=True, kw_only=True)
class ComponentWithFinding:
    """A component, and a finding that occurs in it."""

    component: TreeComponent
    finding_id: str


def component_grid(tx: Transaction, scope: Scope, wanted: GridQuery) -> GridPage[ComponentWithFinding]:
    """A row for each component and finding, in the newest finished scan of every image.

    Older scans are looked at when a filter names them, or a component of theirs.
    """
    query = (
        joined(select(*COLUMNS, OccurrencePlaceRow.finding_id))
        .join(
            OccurrencePlaceRow,
            (OccurrencePlaceRow.scan_id == PLACE.scan_id) & (OccurrencePlaceRow.number == PLACE.number),
        )
        .join(FindingRow, FindingRow.id == OccurrencePlaceRow.finding_id)
        .join(ScanRow, ScanRow.id == PLACE.scan_id)
        .join(ProductRow, ProductRow.id == ScanRow.product_id)
        .where(visible(scope))
    )
    if not any(item.field in OF_ONE_SCAN for item in wanted.filters):
        query = query.where(PLACE.scan_id.in_(newest()))
    key = (PLACE.scan_id, PLACE.number, OccurrencePlaceRow.finding_id)
    rows, total = grid_rows(tx, query, FIELDS, wanted, key=key)
    found = [ComponentWithFinding(component=to_domain(row[:-1]), finding_id=row[-1]) for row in rows]
    return GridPage(rows=found, total=total)
