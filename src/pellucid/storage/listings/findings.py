"""Findings for grids and charts: what they can be filtered, sorted and grouped by, and which of them are meant."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, String, Subquery, case, func, literal, null, select, tuple_, union_all

from pellucid.domain.access import Scope
from pellucid.domain.finding import FindingStatus, FindingType, Predicate
from pellucid.domain.grid import Comparator, Filter, GridQuery
from pellucid.domain.severity import Severity
from pellucid.storage.database import Transaction
from pellucid.storage.listings.grid import Condition, Field, Query, conditions_of, refused
from pellucid.storage.listings.grid_values import COMPONENT_ID, ID, NUMBER, TIME, TRUTH, WORD, words
from pellucid.storage.listings.newest_scans import newest
from pellucid.storage.listings.visibility import visible
from pellucid.storage.repositories.finding_values import BITS
from pellucid.storage.repositories.scan_crypto import ALGORITHM_NAME, COMPLIANT
from pellucid.storage.rows.crypto import ScanCryptoAssetRow
from pellucid.storage.rows.finding import (
    FindingBodyRow,
    FindingRow,
    OccurrenceCryptoAssetRow,
    OccurrenceDependencyRow,
    OccurrencePlaceRow,
    OccurrenceRow,
)
from pellucid.storage.rows.image import ImageRow
from pellucid.storage.rows.inventory import ScanArtefactRow, ScanDependencyRow
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.scan import ScanRow

FINDING, ASSET = FindingRow, ScanCryptoAssetRow
KEY_ALGORITHM = ASSET.asset[ALGORITHM_NAME].as_string()
KEY_COMPLIANT = ASSET.asset[COMPLIANT].as_boolean()
MOST_SCANS = 1000
LEFT, RIGHT, SIDE, STATUS = "compareLeftImageId", "compareRightImageId", "compareSide", "comparison.status"
SIDES = ("left", "right", "both")
# What a secret opens is the subtype of a finding about one.
OF_SECRET = case((FINDING.type.in_((FindingType.SECRET, FindingType.LEAKED_SECRET)), FINDING.subtype), else_=null())
SEVERITY = words(*Severity, also={"informational": Severity.UNSPECIFIED, "none": Severity.UNSPECIFIED})
FINDING_STATUS = words(
    *FindingStatus, also={"inprogress": FindingStatus.IN_PROGRESS, "in_progress": FindingStatus.IN_PROGRESS}
)


def _described(condition: Condition) -> Condition:
    return FINDING.id.in_(select(FindingBodyRow.finding_id).where(condition))


def _placed(condition: Condition) -> Condition:
    return FINDING.id.in_(select(OccurrencePlaceRow.finding_id).where(condition))


def _in_component(condition: Condition) -> Condition:
    at = (ScanArtefactRow.scan_id == OccurrencePlaceRow.scan_id) & (ScanArtefactRow.number == OccurrencePlaceRow.number)
    return FINDING.id.in_(select(OccurrencePlaceRow.finding_id).join(ScanArtefactRow, at).where(condition))


def _about(condition: Condition) -> Condition:
    about = OccurrenceDependencyRow
    at = (ScanDependencyRow.scan_id == about.scan_id) & (ScanDependencyRow.number == about.dependency)
    return FINDING.id.in_(select(about.finding_id).join(ScanDependencyRow, at).where(condition))


def _of_key(condition: Condition) -> Condition:
    about = OccurrenceCryptoAssetRow
    at = (ASSET.scan_id == about.scan_id) & (ASSET.number == about.asset)
    return FINDING.id.in_(select(about.finding_id).join(ASSET, at).where(condition))


def _has_predicate(values: Sequence[str]) -> Condition:
    return FINDING.predicates.bitwise_and(sum(BITS[value] for value in dict.fromkeys(values))) != 0


def _never(name: str) -> Field:
    """What the contract asks for, and no finding is."""
    return Field(of=literal(value=False).label(name), kind=TRUTH, known=True)


OF_PRODUCT: Mapping[str, Field] = {
    "productId": Field(of=ProductRow.id, kind=ID, known=True),
    "productName": Field(of=ProductRow.name, known=True),
}
# Some scan of a finding must be like that; a row is a finding, which may have many.
OF_SCAN: Mapping[str, Field] = {
    "imageId": Field(of=ScanRow.image_id, kind=ID, among=lambda condition: condition),
    "imageName": Field(of=ImageRow.name, among=lambda condition: condition),
    "imageVersion": Field(of=ImageRow.version, among=lambda condition: condition),
    "scanId": Field(of=ScanRow.id, kind=ID, among=lambda condition: condition),
}
OF_FINDING: Mapping[str, Field] = {
    "id": Field(of=FINDING.id, kind=ID, known=True),
    "createTime": Field(of=FINDING.create_time, kind=TIME, known=True),
    "name": Field(of=FINDING.name, known=True),
    "displayName": Field(of=FINDING.title, known=True),
    "toolName": Field(of=FINDING.tool, known=True),
    "findingType": Field(of=FINDING.type, kind=words(*FindingType), known=True),
    "findingSubtype": Field(of=FINDING.subtype, kind=WORD, known=True),
    "class": Field(of=FINDING.class_, kind=WORD, known=True),
    "secret.kind": Field(of=OF_SECRET, kind=WORD),
    "severity": Field(of=FINDING.severity, kind=SEVERITY, order=FINDING.severity_rank, known=True),
    "findingStatus": Field(of=FINDING.status, kind=FINDING_STATUS, known=True),
    "description": Field(of=FindingBodyRow.description, among=_described),
    "componentName": Field(of=FINDING.component_name, known=True),
    "componentNames": Field(of=ScanArtefactRow.name, among=_in_component),
    "componentId": Field(
        of=tuple_(OccurrencePlaceRow.scan_id, OccurrencePlaceRow.number), kind=COMPONENT_ID, among=_placed
    ),
    "dependencyId": Field(of=ScanDependencyRow.id, kind=ID, among=_about),
    "dependencyVendor": Field(of=FINDING.dependency_vendor, known=True),
    "dependencyName": Field(of=FINDING.dependency_product, known=True),
    "dependencyVersion": Field(of=FINDING.dependency_version, known=True),
    "vulnId": Field(of=FINDING.vulnerability, known=True),
    "hasKnownFix": Field(of=FINDING.has_known_fix, kind=TRUTH, known=True),
    "knownFixedVersion": Field(of=FINDING.known_fixed_version, known=True),
    "isKev": Field(of=FINDING.is_kev, kind=TRUTH, known=True),
    "isKnownRansomwareUse": Field(of=FINDING.is_ransomware, kind=TRUTH, known=True),
    "exploitabilityPredicates": Field(of=FINDING.predicates, kind=words(*Predicate), has=_has_predicate),
    "cvssLatestBaseScore": Field(of=FINDING.cvss_score, kind=NUMBER),
    "epssProbability": Field(of=FINDING.epss, kind=NUMBER),
    "emsScore": Field(of=FINDING.maturity, kind=NUMBER),
    "riskScore": Field(of=FINDING.risk, kind=NUMBER, known=True),
    "ssvcDecision": Field(of=FINDING.ssvc_decision, kind=WORD, known=True),
    "confidence": Field(of=FINDING.confidence, kind=NUMBER, known=True),
    "isReachable": Field(of=FINDING.is_reachable, kind=TRUTH, known=True),
    "isConditional": Field(of=FINDING.is_conditional, kind=TRUTH, known=True),
    "cryptoAlgorithmName": Field(of=KEY_ALGORITHM, among=_of_key),
    "isNistIR8547Compliant": Field(of=KEY_COMPLIANT, kind=TRUTH, among=_of_key),
    **{name: _never(name) for name in ("isEstimatedEpss", "hasJiraTicket", "isSsvcParanoidDecision")},
}
# The same under other names that clients know.
ALIASES: Mapping[str, Field] = {
    "productFindingId": OF_FINDING["id"],
    "findingId": OF_FINDING["id"],
    "findingName": OF_FINDING["name"],
    "title": OF_FINDING["displayName"],
    "issueStatus": OF_FINDING["findingStatus"],
    "status": OF_FINDING["findingStatus"],
    "type": OF_FINDING["findingType"],
    "subtype": OF_FINDING["findingSubtype"],
}
# Whoever names one finding, or a part of one scan, means older scans, too.
OF_ONE = frozenset(("id", "findingId", "productFindingId", "componentId", "dependencyId"))
COMPARING = frozenset((LEFT, RIGHT))


@dataclass(frozen=True, kw_only=True)
class Findings:
    """`query` is filtered, and has no columns yet but the id; with `sorting` it has what rows are sorted by.

    `scans` are those that filters name, None where none does; `side` says where a row is of two images.
    """

    query: Query
    fields: Mapping[str, Field]
    sorting: Callable[[Query], Query]
    scans: Sequence[str] | Select[str] | None
    side: Field | None = None


def findings_of(tx: Transaction, scope: Scope, wanted: GridQuery) -> Findings:
    """Findings of the newest finished scans of images, unless a filter names older ones."""
    compared = _compared(tx, scope, wanted.filters)
    filters = [_plain(item) for item in wanted.filters if item.field not in COMPARING]
    side = _side(compared) if compared is not None else None
    fields = {**OF_FINDING, **OF_PRODUCT, **OF_SCAN, **ALIASES, **({SIDE: side} if side else {})}
    conditions = [
        condition
        for item, condition in zip(filters, _conditions(filters, fields), strict=True)
        if item.field not in OF_PRODUCT and item.field not in OF_SCAN
    ]
    products = _products(tx, scope, filters)
    query = select(FINDING.id).where(*conditions)
    if products is not None:
        query = query.where(FINDING.product_id.in_(products))
    names = {item.field for item in filters}
    scans = _scans(tx, scope, filters) if names & OF_SCAN.keys() else None
    if compared is not None:
        query = query.join(compared, compared.c.finding_id == FINDING.id)
    if scans is not None:
        # What follows from the scans, so that databases need not find it out.
        query = query.where(FINDING.product_id.in_(select(ScanRow.product_id).where(ScanRow.id.in_(scans))))
        query = query.where(FINDING.id.in_(select(OccurrenceRow.finding_id).where(OccurrenceRow.scan_id.in_(scans))))
    elif compared is None and not names & OF_ONE:
        query = query.where(FINDING.is_present)
    by_product = {item.field for item in wanted.sort} & OF_PRODUCT.keys()

    def sorting(query: Query) -> Query:
        return query.join(ProductRow, ProductRow.id == FINDING.product_id) if by_product else query

    return Findings(query=query, fields=fields, sorting=sorting, scans=scans, side=side)


def _conditions(filters: Sequence[Filter], fields: Mapping[str, Field]) -> list[Condition]:
    if SIDE not in fields and any(item.field == SIDE for item in filters):
        raise refused("filters", f"{SIDE} and {STATUS} need the filters {LEFT} and {RIGHT}")
    return conditions_of(filters, fields)


def _plain(item: Filter) -> Filter:
    """The other way to ask for a side."""
    if item.field != STATUS:
        return item
    meant = {"notFound": "left", "found": "right", "notChanged": "both"}
    values = item.value if isinstance(item.value, list) else [item.value]
    unknown = [value for value in values if not isinstance(value, str) or value not in meant]
    if unknown:
        raise refused(f"filters.{STATUS}", f"must be one of {', '.join(meant)}")
    return replace(item, field=SIDE, value=[meant[value] for value in values])


def _products(tx: Transaction, scope: Scope, filters: Sequence[Filter]) -> Sequence[str] | Select[str] | None:
    """Which products are meant; None when all that there are: to ask each of many rows for its product takes long."""
    query = select(ProductRow.id).where(visible(scope), *conditions_of(filters, OF_PRODUCT, others=True))
    ids = tx.session.scalars(query.order_by(ProductRow.id).limit(MOST_SCANS + 1)).all()
    if len(ids) > MOST_SCANS:
        return query
    others = select(ProductRow.id).where(ProductRow.id.not_in(ids)).limit(1)
    return ids if tx.session.scalar(others) is not None else None


def _scans(tx: Transaction, scope: Scope, filters: Iterable[Filter]) -> Sequence[str] | Select[str]:
    """Which scans filters name. As long as they are few, their ids: databases plan better when they see how many."""
    given = [*filters]
    query = (
        select(ScanRow.id)
        .join(ImageRow, ImageRow.id == ScanRow.image_id)
        .join(ProductRow, ProductRow.id == ScanRow.product_id)
        .where(visible(scope), *conditions_of(given, {**OF_SCAN, **OF_PRODUCT}, others=True))
    )
    if not any(item.field == "scanId" for item in given):
        query = query.where(ScanRow.id.in_(newest()))
    ids = tx.session.scalars(query.order_by(ScanRow.id).limit(MOST_SCANS + 1)).all()
    return ids if len(ids) <= MOST_SCANS else query


def _compared(tx: Transaction, scope: Scope, filters: Sequence[Filter]) -> Subquery | None:
    """Findings of the newest finished scans of two images, each with the sides that have it."""
    given = {item.field: item for item in filters if item.field in COMPARING}
    if not given:
        return None
    if len(given) < len(COMPARING):
        raise refused(f"filters.{next(iter(given))}", f"{LEFT} and {RIGHT} are possible only together")
    parts = []
    for name, value in ((LEFT, 1), (RIGHT, 2)):
        seen = OccurrenceRow
        scan_id = _newest_of(tx, scope, given[name])
        parts.append(select(seen.finding_id, literal(value).label("side")).where(seen.scan_id == scan_id))
    both = union_all(*parts).subquery()
    return select(both.c.finding_id, func.sum(both.c.side).label("side")).group_by(both.c.finding_id).subquery()


def _newest_of(tx: Transaction, scope: Scope, item: Filter) -> str:
    """An image without a finished scan has no findings, and whoever compares with it would take it for a clean one."""
    if item.comparator != Comparator.EQUALS or isinstance(item.value, list):
        raise refused(f"filters.{item.field}", "one image is possible, with the comparator equals")
    named = replace(item, field="imageId")
    images = select(ImageRow.id).join(ProductRow, ProductRow.id == ImageRow.product_id)
    known = {"imageId": Field(of=ImageRow.id, kind=ID)}
    image_id = tx.session.scalar(images.where(visible(scope), *conditions_of([named], known)))
    if image_id is None:
        raise refused(f"filters.{item.field}", "there is no such image")
    scan_id = tx.session.scalar(newest().where(ScanRow.image_id == image_id))
    if scan_id is None:
        raise refused(f"filters.{item.field}", "this image has no finished scan yet")
    return scan_id


def _side(compared: Subquery) -> Field:
    named = case({1: SIDES[0], 2: SIDES[1], 3: SIDES[2]}, value=compared.c.side, else_="").cast(String)
    return Field(of=named, kind=words(*SIDES), known=True)
