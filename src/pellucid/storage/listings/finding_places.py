"""Where findings are in scans: components, and the software that they are about."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select

from pellucid.domain.component_tree import TreeComponent
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.dependency import Linkage
from pellucid.domain.finding import Reason
from pellucid.domain.ids import named_id
from pellucid.domain.product_finding import AffectedSoftware, PlaceOfFinding
from pellucid.domain.severity import Severity
from pellucid.storage.database import Transaction
from pellucid.storage.listings.scan_places import COLUMNS, PLACE, joined, to_domain, tree_component
from pellucid.storage.repositories.scan_crypto import assets_of
from pellucid.storage.repositories.sightings import all_seen
from pellucid.storage.rows.crypto import ScanCryptoAssetRow
from pellucid.storage.rows.finding import (
    FindingRow,
    OccurrenceCryptoAssetRow,
    OccurrenceDependencyRow,
    OccurrencePlaceRow,
    OccurrenceRow,
)
from pellucid.storage.rows.inventory import DependencyPlaceRow, ScanDependencyRow
from pellucid.storage.rows.scan import ScanRow

Pair = tuple[str, str]
"""A finding, and a scan that has it."""


def components_of(tx: Transaction, pairs: Collection[Pair]) -> Mapping[Pair, tuple[TreeComponent, ...]]:
    """Places by finding and scan, in the order of the tree."""
    at = OccurrencePlaceRow
    # Findings and scans apart, as SQLite has no way from a list of pairs to an index; what that finds too much goes.
    query = (
        joined(select(*COLUMNS, at.finding_id))
        .join(at, (at.scan_id == PLACE.scan_id) & (at.number == PLACE.number))
        .where(at.finding_id.in_(sorted({key for key, _ in pairs})), at.scan_id.in_(sorted({of for _, of in pairs})))
        .order_by(PLACE.scan_id, PLACE.number)
    )
    found: dict[Pair, list[TreeComponent]] = defaultdict(list)
    for row in tx.session.execute(query):
        if (row.finding_id, row.scan_id) in pairs:
            found[row.finding_id, row.scan_id].append(to_domain(row[:-1]))
    return {pair: tuple(places) for pair, places in found.items()}


def software_of(tx: Transaction, pairs: Collection[Pair]) -> Mapping[Pair, AffectedSoftware]:
    """The first dependency that each finding is about in its scan, with how many places carry it."""
    about, software = OccurrenceDependencyRow, ScanDependencyRow
    query = (
        select(about.finding_id, software)
        .join(software, (software.scan_id == about.scan_id) & (software.number == about.dependency))
        .where(
            about.finding_id.in_(sorted({key for key, _ in pairs})), about.scan_id.in_(sorted({of for _, of in pairs}))
        )
        .order_by(software.scan_id, software.number)
    )
    first: dict[Pair, ScanDependencyRow] = {}
    for finding_id, row in tx.session.execute(query):
        if (finding_id, row.scan_id) in pairs:
            first.setdefault((finding_id, row.scan_id), row)
    carried = _carried(tx, {(row.scan_id, row.number) for row in first.values()})
    return {
        pair: AffectedSoftware(
            id=row.id,
            vendor=row.vendor,
            product=row.product,
            version=row.version,
            licence=row.licence,
            linkage=Linkage(row.linkage),
            components=carried.get((row.scan_id, row.number), 0),
        )
        for pair, row in first.items()
    }


def crypto_assets_of(tx: Transaction, pairs: Collection[Pair]) -> Mapping[Pair, CryptoAsset]:
    """The first key or certificate that each finding is about in its scan."""
    about, asset = OccurrenceCryptoAssetRow, ScanCryptoAssetRow
    query = (
        select(about.finding_id, asset)
        .join(asset, (asset.scan_id == about.scan_id) & (asset.number == about.asset))
        .where(
            about.finding_id.in_(sorted({key for key, _ in pairs})), about.scan_id.in_(sorted({of for _, of in pairs}))
        )
        .order_by(asset.scan_id, asset.number)
    )
    first: dict[Pair, CryptoAsset] = {}
    for finding_id, row in tx.session.execute(query):
        if (finding_id, row.scan_id) in pairs and (finding_id, row.scan_id) not in first:
            first[finding_id, row.scan_id] = next(assets_of(row))
    return first


def _carried(tx: Transaction, keys: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], int]:
    row = DependencyPlaceRow
    query = (
        select(row.scan_id, row.dependency, func.count())
        .where(row.scan_id.in_(sorted({key[0] for key in keys})), row.dependency.in_(sorted({key[1] for key in keys})))
        .group_by(row.scan_id, row.dependency)
    )
    return {(scan_id, dependency): number for scan_id, dependency, number in tx.session.execute(query)}


def places_of(tx: Transaction, finding_id: str, scan_id: str) -> Sequence[PlaceOfFinding]:
    """The occurrences of a finding in a scan, one for each place; one in the image itself when no place is kept."""
    query = (
        select(OccurrenceRow, FindingRow.key, ScanRow.image_id)
        .join(FindingRow, FindingRow.id == OccurrenceRow.finding_id)
        .join(ScanRow, ScanRow.id == OccurrenceRow.scan_id)
        .where(OccurrenceRow.finding_id == finding_id, OccurrenceRow.scan_id == scan_id)
    )
    found = tx.session.execute(query).one_or_none()
    if found is None:
        return []
    row, key, image_id = found
    pair = (finding_id, scan_id)
    root = tree_component(tx, scan_id, 0) or _image(scan_id)
    software = software_of(tx, {pair}).get(pair)
    places = components_of(tx, {pair}).get(pair) or (root,)
    by_path = defaultdict(list)
    for item in all_seen(row.evidence):
        by_path[item.artefact if len(places) > 1 else ""].append(item)
    reasons = tuple(Reason(**item) for item in row.reasons)
    return [
        PlaceOfFinding(
            id=named_id(f"{row.id} {place.number}"),
            key=key,
            scan_id=scan_id,
            image_id=image_id,
            create_time=row.create_time,
            severity=Severity(row.severity),
            confidence=row.confidence,
            component=place,
            reachability=row.reachability,
            known_fixed_version=row.known_fixed_version,
            evidence=tuple(by_path[_path(place) if len(places) > 1 else ""]),
            reasons=reasons,
            software=software,
        )
        for place in places
    ]


def _path(place: TreeComponent) -> str:
    return f"{place.container_path}!{place.path}" if place.parent is not None else place.path


def _image(scan_id: str) -> TreeComponent:
    """For scans whose tree was not kept."""
    return TreeComponent(
        scan_id=scan_id,
        number=0,
        parent=None,
        name="",
        path="",
        container_path="",
        kind="data",
        entry="file",
        format="data",
        sha256="",
        size=None,
    )
