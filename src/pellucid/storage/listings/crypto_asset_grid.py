"""Crypto assets as rows of a grid: one for each asset and place."""

from dataclasses import dataclass
from typing import Any

from pellucid.domain.access import Scope
from pellucid.domain.component_tree import TreeComponent
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.grid import GridPage, GridQuery
from pellucid.storage.database import Transaction
from pellucid.storage.listings.crypto_assets import (
    ASSET,
    TYPES,
    VULNERABLE,
    crypto_asset_fields,
    crypto_assets_of,
)
from pellucid.storage.listings.grid import grid_rows
from pellucid.storage.listings.scan_places import COLUMNS, PLACE, to_domain
from pellucid.storage.repositories.scan_crypto import assets_of
from pellucid.storage.repositories.scan_places import NUL
from pellucid.storage.rows.scan import ScanRow


@dataclass(frozen=True, kw_only=True)
class ListedCryptoAsset:
    """An asset in one place. `sightings` are those in this place, in the order of the file; `path` is the place's.

    `id` is that of the scan and the number of the asset in it, which is the same in every place.
    """

    id: str
    type: str
    product_id: str
    image_id: str
    component: TreeComponent
    path: str
    sightings: tuple[CryptoAsset, ...]
    is_vulnerable: bool


def crypto_asset_grid(tx: Transaction, scope: Scope, wanted: GridQuery) -> GridPage[ListedCryptoAsset]:
    """Image by image in the order in which they were found, unless sorted otherwise."""
    query = crypto_assets_of(scope, wanted, *COLUMNS, ASSET, VULNERABLE, ScanRow.product_id, ScanRow.image_id)
    key = (ASSET.scan_id, ASSET.number, PLACE.number)
    rows, total = grid_rows(tx, query, crypto_asset_fields(), wanted, key=key)
    return GridPage(rows=[_listed(row) for row in rows], total=total)


def _listed(row: Any) -> ListedCryptoAsset:
    *place, asset, is_vulnerable, product_id, image_id = row
    path: str = row.path
    sightings = tuple(assets_of(asset))
    here = [item for item in sightings if item.evidence.artefact.replace("\0", NUL) == path]
    return ListedCryptoAsset(
        id=f"{asset.scan_id}-{asset.number}",
        type=TYPES.get(asset.kind, "pkcs7"),
        product_id=product_id,
        image_id=image_id,
        component=to_domain(place),
        path=path,
        sightings=tuple(sorted(here, key=lambda item: item.evidence.offset)) or sightings[:1],
        is_vulnerable=bool(is_vulnerable),
    )
