"""Findings of products with what other tables know of them: loaded for a page, or one of them."""

from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import Select, func, select

from pellucid.domain.finding import FindingStatus, FindingType
from pellucid.domain.image import Image
from pellucid.domain.product_finding import Part, ProductFinding, SeenIn
from pellucid.domain.scan import ScanStateType
from pellucid.domain.severity import Severity
from pellucid.storage.database import Transaction
from pellucid.storage.listings.finding_places import components_of, crypto_assets_of, software_of
from pellucid.storage.repositories.finding_values import predicates_of
from pellucid.storage.repositories.images import to_domain as image_to_domain
from pellucid.storage.repositories.sightings import secret_of
from pellucid.storage.repositories.users import to_domain as user_to_domain
from pellucid.storage.repositories.vulnerability_snapshots import VulnerabilitySnapshots
from pellucid.storage.rows.finding import FindingBodyRow, FindingRow, OccurrenceRow
from pellucid.storage.rows.image import ImageRow
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.scan import ScanRow
from pellucid.storage.rows.user import UserRow

EVERYTHING: Set[Part] = frozenset(Part)
OF_SCAN = frozenset((Part.COMPONENTS, Part.SOFTWARE, Part.CRYPTOGRAPHY))
PIECE = 500
# A finding may be in every image of a product.
MOST_IMAGES = 100


def product_findings(
    tx: Transaction,
    ids: Sequence[str],
    parts: Set[Part] = EVERYTHING,
    *,
    scans: Sequence[str] | Select[str] | None = None,
) -> list[ProductFinding]:
    """In the order of `ids`; those that are not there are left out. `scans`: where to look for them, not in all."""
    found: dict[str, ProductFinding] = {}
    for start in range(0, len(ids), PIECE):
        found |= _piece(tx, ids[start : start + PIECE], parts, scans)
    return [found[key] for key in ids if key in found]


def _piece(
    tx: Transaction, ids: Sequence[str], parts: Set[Part], scans: Sequence[str] | Select[str] | None
) -> dict[str, ProductFinding]:
    query = (
        select(FindingRow, ProductRow.name)
        .join(ProductRow, ProductRow.id == FindingRow.product_id)
        .where(FindingRow.id.in_(ids))
        .execution_options(populate_existing=True)
    )
    rows = tx.session.execute(query).all()
    products = {row.product_id for row, _ in rows}
    images = _images(tx, ids, products, scans) if Part.IMAGES in parts or parts & OF_SCAN else {}
    newest = {key: seen[0] for key, seen in images.items()}
    pairs = {(key, scan_id) for key, (scan_id, _) in newest.items()}
    components = components_of(tx, pairs) if Part.COMPONENTS in parts else {}
    software = software_of(tx, pairs) if Part.SOFTWARE in parts else {}
    assets = crypto_assets_of(tx, pairs) if Part.CRYPTOGRAPHY in parts else {}
    bodies = _bodies(tx, ids) if Part.BODY in parts else {}
    snapshots = (
        VulnerabilitySnapshots(tx).get(row.snapshot_id for row, _ in rows) if Part.VULNERABILITY in parts else {}
    )
    found = {}
    for row, product in rows:
        seen = None
        if row.id in newest:
            scan_id, image = newest[row.id]
            at = (row.id, scan_id)
            seen = SeenIn(
                image_id=image.id,
                scan_id=scan_id,
                components=components.get(at, ()),
                software=software.get(at),
                asset=assets.get(at),
            )
        found[row.id] = _to_domain(
            row,
            product,
            **bodies.get(row.id, {}),
            vulnerability=snapshots.get(row.snapshot_id or ""),
            images=tuple(image for _, image in images.get(row.id, ())),
            seen=seen,
        )
    return found


def _images(
    tx: Transaction, ids: Sequence[str], products: Collection[str], scans: Sequence[str] | Select[str] | None
) -> Mapping[str, Sequence[tuple[str, Image]]]:
    """By finding, the scans that have it, with their images, the newest first."""
    if scans is None:
        done = ScanRow.product_id.in_(products) & (ScanRow.state == ScanStateType.DONE)
        scans = select(func.max(ScanRow.id)).where(done).group_by(ScanRow.image_id)
    seen = OccurrenceRow
    pairs: dict[str, list[str]] = {}
    query = select(seen.finding_id, seen.scan_id).where(seen.finding_id.in_(ids), seen.scan_id.in_(scans))
    for finding_id, scan_id in tx.session.execute(query.order_by(seen.scan_id.desc())):
        if len(of_finding := pairs.setdefault(finding_id, [])) < MOST_IMAGES:
            of_finding.append(scan_id)
    needed = sorted({scan_id for found in pairs.values() for scan_id in found})
    images: dict[str, Image] = {}
    for start in range(0, len(needed), PIECE):
        about = (
            select(ScanRow.id, ImageRow, UserRow)
            .join(ImageRow, ImageRow.id == ScanRow.image_id)
            .join(UserRow, UserRow.id == ImageRow.author_id)
            .where(ScanRow.id.in_(needed[start : start + PIECE]))
        )
        for scan_id, image, author in tx.session.execute(about):
            images[scan_id] = image_to_domain(image, user_to_domain(author))
    return {key: [(scan_id, images[scan_id]) for scan_id in found] for key, found in pairs.items()}


def _bodies(tx: Transaction, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = tx.session.scalars(select(FindingBodyRow).where(FindingBodyRow.finding_id.in_(ids)))
    return {
        row.finding_id: {
            "description": row.description,
            "recommended_action": row.details.get("recommendedAction", ""),
            "identifiers": tuple((scheme, value) for scheme, value in row.details.get("identifiers", ())),
            "references": tuple(row.details.get("references", ())),
            "impact": row.details.get("impact", ""),
            "weaknesses": tuple(row.details.get("weaknesses", ())),
            "secret": secret_of(row.details["secret"]) if "secret" in row.details else None,
        }
        for row in rows
    }


def _to_domain(row: FindingRow, product: str, **more: Any) -> ProductFinding:
    return ProductFinding(
        id=row.id,
        product_id=row.product_id,
        product_name=product,
        key=row.key,
        class_=row.class_,
        type=FindingType(row.type),
        subtype=row.subtype,
        tool=row.tool,
        severity=Severity(row.severity),
        status=FindingStatus(row.status),
        name=row.name,
        title=row.title,
        create_time=row.create_time,
        vulnerability_name=row.vulnerability,
        predicates=predicates_of(row.predicates),
        known_fixed_version=row.known_fixed_version,
        cvss_score=row.cvss_score,
        epss=row.epss,
        maturity=row.maturity,
        risk=row.risk,
        ssvc_decision=row.ssvc_decision,
        is_reachable=row.is_reachable,
        is_conditional=row.is_conditional,
        confidence=row.confidence,
        component_name=row.component_name,
        **more,
    )
