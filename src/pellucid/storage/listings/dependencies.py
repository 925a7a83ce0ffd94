"""Dependencies of the newest scans, for grids and charts: what they can be filtered, sorted and grouped by."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass

from sqlalchemy import Subquery, case, func, select, tuple_

from pellucid.domain.access import Scope
from pellucid.domain.grid import GridQuery
from pellucid.domain.severity import Severity
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
KEY = (SOFTWARE.scan_id, SOFTWARE.number)


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
    """`query` is still to be filtered by `fields`; with `sorting` it has what its rows are to be sorted by."""

    query: Query
    fields: Mapping[str, Field]
    sorting: Callable[[Query], Query]


def dependencies_of(scope: Scope, wanted: GridQuery) -> Dependencies:
    """Those of the newest finished scan of every image; of older ones when a filter names them, or a part of theirs."""
    of_scans = [visible(scope), *conditions_of(wanted.filters, OF_SCAN, others=True)]
    if not any(item.field in OF_ONE_SCAN for item in wanted.filters):
        of_scans.append(ScanRow.id.in_(newest()))
    # Filters that speak of whole scans also bound what is counted of their findings and components.
    scans = _named(select(ScanRow.id).select_from(ScanRow)).where(*of_scans)
    findings, components = findings_of(ABOUT.scan_id.in_(scans)), components_of(CARRIED.scan_id.in_(scans))
    fields = {**OF_SCAN, **OF_SOFTWARE, **_counted(findings, components), **ALIASES}
    query = _named(select(SOFTWARE.id).select_from(SOFTWARE).join(ScanRow, ScanRow.id == SOFTWARE.scan_id))
    counts = {findings: BY_FINDINGS, components: {BY_COMPONENTS}}
    filtered = _used(counts, {item.field for item in wanted.filters})
    sorted_by = _used(counts, {item.field for item in wanted.sort})
    return Dependencies(
        query=_beside(query, filtered).where(*of_scans),
        fields=fields,
        sorting=lambda query: _beside(query, [each for each in sorted_by if each not in filtered]),
    )


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


def _named(query: Query) -> Query:
    return query.join(ImageRow, ImageRow.id == ScanRow.image_id).join(ProductRow, ProductRow.id == ScanRow.product_id)


def _used(counts: Mapping[Subquery, Set[str]], names: Set[str]) -> list[Subquery]:
    return [each for each, fields in counts.items() if names & fields]


def _beside(query: Query, counts: Iterable[Subquery]) -> Query:
    for each in counts:
        same = (each.c.scan_id == SOFTWARE.scan_id) & (each.c.dependency == SOFTWARE.number)
        query = query.outerjoin(each, same)
    return query
