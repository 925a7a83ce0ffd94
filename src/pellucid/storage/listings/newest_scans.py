"""The newest finished scan of each image."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select

from pellucid.domain.scan import ScanStateType
from pellucid.storage.database import Transaction
from pellucid.storage.rows.scan import ScanRow


@dataclass(frozen=True, kw_only=True)
class NewestScan:
    """A scan, the product that its findings belong to, and the digest of the advisories that it was judged with."""

    scan_id: str
    product_id: str
    image_id: str
    judged_with: str


def newest() -> Select[str]:
    """Ids of the newest finished scans, for other queries to choose by."""
    return select(func.max(ScanRow.id)).where(ScanRow.state == ScanStateType.DONE).group_by(ScanRow.image_id)


def newest_scan_of(tx: Transaction, image_id: str) -> str:
    """The newest finished scan of an image; "" when there is none."""
    done = (ScanRow.image_id == image_id) & (ScanRow.state == ScanStateType.DONE)
    return tx.session.scalar(select(func.max(ScanRow.id)).where(done)) or ""


def newest_scans(tx: Transaction, *, not_judged_with: str, most: int) -> list[NewestScan]:
    """Up to `most` of the newest finished scans that were judged with other advisories than these (a digest)."""
    query = (
        select(ScanRow.id, ScanRow.product_id, ScanRow.image_id, ScanRow.advisory_digest)
        .where(ScanRow.id.in_(newest()), ScanRow.advisory_digest != not_judged_with)
        .order_by(ScanRow.id)
        .limit(most)
    )
    return [
        NewestScan(scan_id=row.id, product_id=row.product_id, image_id=row.image_id, judged_with=row.advisory_digest)
        for row in tx.session.execute(query)
    ]
