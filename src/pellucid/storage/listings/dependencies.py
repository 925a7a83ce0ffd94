"""Dependencies of the newest scans, for grids and charts: what they can be filtered, sorted and grouped by."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Select, Subquery, case, func, select, tuple_

from pellucid.domain.access import Scope
from pellucid.domain.grid import GridQuery
from pellucid.domain.severity import Severity
from pellucid.storage.database import Transaction
from pellucid.storage.listings.grid import Condition, Field, Query, conditions_of
from pellucid.storage.listings.grid_values import COMPONENT_ID, ID, NUMBER, TRUTH, WORD
from pellucid.storage.listings.newest_scans import newest
from pellucid.storage.listings.visibility import visible
from pellucid.storage.rows.finding import FindingRow, OccurrenceDependencyRow
from pellucid.storage.rows.image import ImageRow
from pellucid.storage.rows.inventory import DependencyPlaceRow, ScanDependencyRow
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.scan import ScanRow

SOFTWARE = ScanDependencyRow
ABOUT = OccurrenceDependencyRow
CARRIED = DependencyPlaceRow
MOST_SCANS = 1000
KEY = (SOFTWARE.scan_id, SOFTWARE.number)

Join = Callable[[Query], Query]


def _carried(condition: Condition) -> Condition:
    return tuple_(*KEY).in_(select(CARRIED.scan_id, CARRIED.dependency).where(condition))


def _judged(condition: Condition) -> Condition:
    about = select(ABOUT.scan_id, ABOUT.dependency).join(FindingRow, FindingRow.id == ABOUT.finding_id)
    return tuple_(*KEY).in_(about.where(condition))


OF_SCAN: Mapping[str, Field] = {
    "scanId": Field(of=ScanRow.id, kind=ID),
    "imageId": Field(of=ScanRow.image_id, kind=ID),
    "imageName": Field(of=ImageRow.name),
    "imageVersion": Field(of=ImageRow.version),
    "productId": Field(of=ScanRow.product_id, kind=ID),
    "productName": Field(of=ProductRow.name),
}
OF_SOFTWARE: Mapping[str, Field] = {
    "id": Field(of=SOFTWARE.id, kind=ID),
    "vendor": Field(of=SOFTWARE.vendor),
    "product": Field(of=SOFTWARE.product),
    "version": Field(of=SOFTWARE.version),
    "license": Field(of=SOFTWARE.licence),
    "linkage": Field(of=SOFTWARE.linkage, kind=WORD),
    "purl": Field(of=SOFTWARE.purl),
    "cpe": Field(of=SOFTWARE.cpe),
    "ecosystem": Field(of=SOFTWARE.ecosystem),
    "distro": Field(of=SOFTWARE.distro),
    "witness": Field(of=SOFTWARE.witness, kind=WORD),
    "confidence": Field(of=SOFTWARE.confidence, kind=NUMBER),
    "componentId": Field(of=tuple_(CARRIED.scan_id, CARRIED.place), kind=COMPONENT_ID, among=_carried),
    "findingId": Field(of=FindingRow.id, kind=ID, among=_judged),
    "findingName": Field(of=FindingRow.name, among=_judged),
    "severity": Field(of=FindingRow.severity, kind=WORD, among=_judged),
    "isKev": Field(of=FindingRow.is_kev, kind=TRUTH, among=_judged),
}
# The same under other names that clients know.
ALIASES: Mapping[str, Field] = {
    "dependencyId": OF_SOFTWARE["id"],
    "licence": OF_SOFTWARE["license"],
    "productFindingId": OF_SOFTWARE["findingId"],
}
SEVERITIES = {f"severities{item.capitalize()}": item for item in reversed(Severity)}
BY_FINDINGS = frozenset(("severitiesAll", *SEVERITIES, "hasKnownFix", "findingsWithKnownFixAll"))
BY_COMPONENTS = "componentsCount"
OF_ONE_SCAN = frozenset(("scanId", "id", "dependencyId", "componentId"))


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """`query` is filtered, and has no columns yet; with `sorting` it has what its rows are to be sorted by."""

    query: Query
    fields: Mapping[str, Field]
    sorting: Callable[[Query], Query]


def dependencies_of(tx: Transaction, scope: Scope, wanted: GridQuery, *, grouped: Sequence[str] = ()) -> Dependencies:
    """Those of the newest finished scan of every image; of older ones when a filter names them, or a part of theirs.

    `grouped` are fields that the query is to be grouped by.
    """
    scans = _scans(tx, scope, wanted)
    findings, components = findings_of(ABOUT.scan_id.in_(scans)), components_of(CARRIED.scan_id.in_(scans))
    fields = {**OF_SCAN, **OF_SOFTWARE, **_counted(findings, components), **ALIASES}
    conditions = [
        condition
        for item, condition in zip(wanted.filters, conditions_of(wanted.filters, fields), strict=True)
        if item.field not in OF_SCAN
    ]
    joins: Mapping[Join, Set[str]] = {
        _named: OF_SCAN.keys(),
        partial(_beside, findings): BY_FINDINGS,
        partial(_beside, components): {BY_COMPONENTS},
    }
    joined = _needed(joins, {item.field for item in wanted.filters} - OF_SCAN.keys() | {*grouped})
    to_sort = [join for join in _needed(joins, {item.field for item in wanted.sort}) if join not in joined]
    query = _joined(select(SOFTWARE.id).select_from(SOFTWARE), joined)
    query = query.where(SOFTWARE.scan_id.in_(scans), *conditions)
    return Dependencies(query=query, fields=fields, sorting=lambda query: _joined(query, to_sort))


def _scans(tx: Transaction, scope: Scope, wanted: GridQuery) -> Sequence[str] | Select[str]:
    """Which scans it is about. As long as they are few, their ids: databases plan better when they see how many."""
    query = (
        select(ScanRow.id)
        .join(ImageRow, ImageRow.id == ScanRow.image_id)
        .join(ProductRow, ProductRow.id == ScanRow.product_id)
        .where(visible(scope), *conditions_of(wanted.filters, OF_SCAN, others=True))
    )
    if not any(item.field in OF_ONE_SCAN for item in wanted.filters):
        query = query.where(ScanRow.id.in_(newest()))
    ids = tx.session.scalars(query.order_by(ScanRow.id).limit(MOST_SCANS + 1)).all()
    return ids if len(ids) <= MOST_SCANS else query


def findings_of(condition: Condition) -> Subquery:
    """How many findings there are about each dependency that has some: all, by severity, and with a known fix."""
    return (
        select(
            ABOUT.scan_id,
            ABOUT.dependency,
            func.count().label("severitiesAll"),
            *(func.count(case((FindingRow.severity == item, 1))).label(name) for name, item in SEVERITIES.items()),
            func.count(case((FindingRow.has_known_fix, 1))).label("findingsWithKnownFixAll"),
        )
        .join(FindingRow, FindingRow.id == ABOUT.finding_id)
        .where(condition)
        .group_by(ABOUT.scan_id, ABOUT.dependency)
        .subquery()
    )


def components_of(condition: Condition) -> Subquery:
    """How many places carry each dependency that any does."""
    return (
        select(CARRIED.scan_id, CARRIED.dependency, func.count().label(BY_COMPONENTS))
        .where(condition)
        .group_by(CARRIED.scan_id, CARRIED.dependency)
        .subquery()
    )


def _counted(findings: Subquery, components: Subquery) -> Mapping[str, Field]:
    fixable = func.coalesce(findings.c.findingsWithKnownFixAll, 0)
    return {
        **{name: Field(of=func.coalesce(findings.c[name], 0), kind=NUMBER) for name in ("severitiesAll", *SEVERITIES)},
        "findingsWithKnownFixAll": Field(of=fixable, kind=NUMBER),
        "hasKnownFix": Field(of=fixable > 0, kind=TRUTH),
        BY_COMPONENTS: Field(of=func.coalesce(components.c[BY_COMPONENTS], 0), kind=NUMBER),
    }


def _needed(joins: Mapping[Join, Set[str]], names: Set[str]) -> list[Join]:
    return [join for join, fields in joins.items() if names & fields]


def _joined(query: Query, joins: Iterable[Join]) -> Query:
    for join in joins:
        query = join(query)
    return query


def _named(query: Query) -> Query:
    return (
        query.join(ScanRow, ScanRow.id == SOFTWARE.scan_id)
        .join(ImageRow, ImageRow.id == ScanRow.image_id)
        .join(ProductRow, ProductRow.id == ScanRow.product_id)
    )


def _beside(counts: Subquery, query: Query) -> Query:
    return query.outerjoin(counts, (counts.c.scan_id == SOFTWARE.scan_id) & (counts.c.dependency == SOFTWARE.number))
