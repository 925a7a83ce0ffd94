"""Which other images have a private key, by the fingerprint that both halves of a pair share."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import false, select
from sqlalchemy.orm import aliased

from pellucid.domain.crypto_asset import CryptoKind
from pellucid.storage.database import Transaction
from pellucid.storage.listings.newest_scans import newest
from pellucid.storage.rows.crypto import ScanCryptoAssetRow
from pellucid.storage.rows.image import ImageRow
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.scan import ScanRow

PIECE = 500


@dataclass(frozen=True, kw_only=True)
class KeyHolder:
    """A newest scan that has found a private key."""

    scan_id: str
    image_id: str
    product_id: str


def key_holders(tx: Transaction, image_id: str, fingerprints: Collection[str]) -> Mapping[str, Set[KeyHolder]]:
    """Of each key, the newest scans of other images, of the same organisation and not archived, that have found it.

    One query for a few hundred keys.
    """
    found: dict[str, set[KeyHolder]] = defaultdict(set)
    wanted = sorted(set(fingerprints))
    for start in range(0, len(wanted), PIECE):
        for fingerprint, scan_id, image, product in _rows(tx, image_id, wanted[start : start + PIECE]):
            found[fingerprint].add(KeyHolder(scan_id=scan_id, image_id=image, product_id=product))
    return found


def _rows(tx: Transaction, image_id: str, fingerprints: Sequence[str]) -> Sequence[tuple[str, str, str, str]]:
    asset, own_image, own_product = ScanCryptoAssetRow, aliased(ImageRow), aliased(ProductRow)
    org = (
        select(own_product.org_id)
        .join(own_image, own_image.product_id == own_product.id)
        .where(own_image.id == image_id)
        .scalar_subquery()
    )
    query = (
        select(asset.fingerprint, ScanRow.id, ScanRow.image_id, ScanRow.product_id)
        .join(ScanRow, ScanRow.id == asset.scan_id)
        .join(ImageRow, ImageRow.id == ScanRow.image_id)
        .join(ProductRow, ProductRow.id == ScanRow.product_id)
        .where(asset.kind == CryptoKind.PRIVATE_KEY, asset.fingerprint.in_(fingerprints))
        .where(ScanRow.id.in_(newest()), ScanRow.image_id != image_id)
        .where(ProductRow.org_id == org, ProductRow.is_archived == false(), ImageRow.is_archived == false())
    )
    return [(fingerprint, scan, image, product) for fingerprint, scan, image, product in tx.session.execute(query)]
