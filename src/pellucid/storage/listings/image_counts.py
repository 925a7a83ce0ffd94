"""The seven counts of images, from the newest finished scan of each."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Select, func, select

from pellucid.domain.finding import FindingType
from pellucid.domain.image import ImageCounts
from pellucid.domain.observation import ObservationKind
from pellucid.domain.scan import ScanStateType
from pellucid.storage.database import Transaction
from pellucid.storage.rows.crypto import ScanCryptoAssetRow
from pellucid.storage.rows.finding import EscalationRow, FindingRow, OccurrenceRow
from pellucid.storage.rows.inventory import ScanDependencyRow, ScanObservationRow
from pellucid.storage.rows.scan import ScanRow


def image_counts(tx: Transaction, image_ids: Sequence[str]) -> dict[str, ImageCounts]:
    """Counts by image id; an image without a finished scan has zeros. Expired means expired now."""
    if not image_ids:
        return {}
    query = (
        select(ScanRow.image_id, func.max(ScanRow.id))
        .where(ScanRow.image_id.in_(image_ids), ScanRow.state == ScanStateType.DONE)
        .group_by(ScanRow.image_id)
    )
    newest: dict[str, str] = {row[0]: row[1] for row in tx.session.execute(query)}
    by_scan = _counts(tx, list(newest.values()))
    return {image_id: by_scan.get(newest.get(image_id, ""), ImageCounts()) for image_id in image_ids}


def _counts(tx: Transaction, scans: list[str]) -> dict[str, ImageCounts]:
    def grouped(query: Select[str, int]) -> dict[str, int]:
        return {row[0]: row[1] for row in tx.session.execute(query)}

    dependency, crypto, seen = ScanDependencyRow, ScanCryptoAssetRow, ScanObservationRow
    dependencies = grouped(
        select(dependency.scan_id, func.count()).where(dependency.scan_id.in_(scans)).group_by(dependency.scan_id)
    )
    of_crypto = select(crypto.scan_id, func.count()).where(crypto.scan_id.in_(scans)).group_by(crypto.scan_id)
    crypto_assets = grouped(of_crypto)
    expired = grouped(of_crypto.where(crypto.not_after < datetime.now(UTC)))
    unsafe = grouped(
        select(seen.scan_id, func.count())
        .where(seen.scan_id.in_(scans), seen.kind == ObservationKind.UNSAFE_FUNCTION)
        .group_by(seen.scan_id)
    )
    occurrences = (
        select(OccurrenceRow.scan_id, func.count())
        .join(FindingRow, FindingRow.id == OccurrenceRow.finding_id)
        .where(OccurrenceRow.scan_id.in_(scans))
        .group_by(OccurrenceRow.scan_id)
    )
    kev = grouped(occurrences.where(FindingRow.is_kev))
    escalations = grouped(
        occurrences.join(EscalationRow, EscalationRow.finding_id == FindingRow.id).where(EscalationRow.status == "new")
    )
    types = _by_type(tx, occurrences)
    return {
        scan_id: ImageCounts(
            new_escalations=escalations.get(scan_id, 0),
            dependencies=dependencies.get(scan_id, 0),
            cryptographic_assets=crypto_assets.get(scan_id, 0),
            finding_types=types.get(scan_id, {}),
            kev=kev.get(scan_id, 0),
            expired_certificates=expired.get(scan_id, 0),
            unsafe_functions=unsafe.get(scan_id, 0),
        )
        for scan_id in scans
    }


def _by_type(tx: Transaction, occurrences: Select[str, int]) -> dict[str, dict[FindingType, int]]:
    query = occurrences.add_columns(FindingRow.type).group_by(FindingRow.type).order_by(FindingRow.type)
    types: dict[str, dict[FindingType, int]] = defaultdict(dict)
    for scan_id, number, name in tx.session.execute(query):
        types[scan_id][FindingType(name)] = number
    return types
