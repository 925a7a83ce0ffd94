"""Components counted for charts: software of the newest scans, and whatever else findings occur in."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from pellucid.domain.access import Scope
from pellucid.domain.grid import ChartQuery, ChartRow
from pellucid.storage.database import Transaction
from pellucid.storage.listings import component_grid
from pellucid.storage.listings.grid import Field, Query, conditions_of
from pellucid.storage.listings.grid_values import ID
from pellucid.storage.listings.newest_scans import newest
from pellucid.storage.listings.scan_places import CONTAINER, PLACE, SOFTWARE
from pellucid.storage.listings.visibility import visible
from pellucid.storage.rows.finding import FindingRow, OccurrencePlaceRow
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.scan import ScanRow

HAS_FINDINGS = "hasFindings"
FIELDS = {**component_grid.FIELDS, "scanId": Field(of=ScanRow.id, kind=ID)}
OF_SCAN = frozenset(("scanId", "imageId", "productId"))
OF_FINDING = frozenset(("productFindingId", "findingId", "findingName", "findingType", "severity"))


def component_chart(tx: Transaction, scope: Scope, wanted: ChartQuery) -> Sequence[ChartRow]:
    """Components with and without findings, or all when no field is asked for.

    By findings, components without any are not there: none of their findings is what the filter asks for.
    """
    conditions = [visible(scope), *conditions_of(wanted.filters, FIELDS)]
    names = {item.field for item in wanted.filters}
    if not names & component_grid.OF_ONE_SCAN:
        conditions.append(ScanRow.id.in_(newest()))
    judged = select(PLACE.scan_id, PLACE.number, PLACE.component).select_from(OccurrencePlaceRow).distinct()
    judged = judged.join(FindingRow, FindingRow.id == OccurrencePlaceRow.finding_id).join(
        PLACE, (PLACE.scan_id == OccurrencePlaceRow.scan_id) & (PLACE.number == OccurrencePlaceRow.number)
    )
    judged = _of_scans(judged, PLACE.scan_id).outerjoin(
        SOFTWARE, (SOFTWARE.scan_id == PLACE.scan_id) & (SOFTWARE.number == PLACE.component)
    )
    counted = _inside(judged).where(*conditions).subquery()
    with_findings, of_software = tx.session.execute(select(func.count(), func.count(counted.c.component))).one()
    without = 0 if names & OF_FINDING else _software(tx, conditions, whole=names <= OF_SCAN) - of_software
    if HAS_FINDINGS not in wanted.fields:
        return [ChartRow(values={}, count=with_findings + without)]
    rows = [
        ChartRow(values={HAS_FINDINGS: word}, count=count)
        for word, count in (("true", with_findings), ("false", without))
    ]
    return sorted((row for row in rows if row.count), key=lambda row: -row.count)


def _software(tx: Transaction, conditions: Sequence[Any], *, whole: bool) -> int:
    """All units of software; with `whole`, nothing is asked about them that their scans do not say."""
    query = _of_scans(select(func.count()).select_from(SOFTWARE), SOFTWARE.scan_id)
    if not whole:
        at = (PLACE.scan_id == SOFTWARE.scan_id) & (PLACE.number == SOFTWARE.place)
        query = _inside(query.join(PLACE, at))
    return tx.session.scalar(query.where(*conditions)) or 0


def _of_scans(query: Query, scan_id: Any) -> Query:
    return query.join(ScanRow, ScanRow.id == scan_id).join(ProductRow, ProductRow.id == ScanRow.product_id)


def _inside(query: Query) -> Query:
    return query.outerjoin(CONTAINER, (CONTAINER.scan_id == PLACE.scan_id) & (CONTAINER.number == PLACE.parent))
