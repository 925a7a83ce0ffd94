"""The grid of keys and certificates on the wire."""

from datetime import UTC, datetime
from typing import Any

from pellucid.api.links import Links
from pellucid.api.schemas.components import Component
from pellucid.api.schemas.wire import Wire
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.reports.scan_crypto import asset_facts
from pellucid.reports.scan_software import evidence
from pellucid.services.crypto_materials import material_of
from pellucid.storage.listings.crypto_asset_grid import ListedCryptoAsset


class GridCryptographicAsset(Wire):
    """`property` is what is known of the asset, as in the JSON document of a scan, with its id, its
    sightings here, and what NIST IR 8547 says of it.

    `is_vulnerable`: a finding is about it, of whatever status. `download_url` is empty for what cannot be downloaded.
    """

    type: str
    path: str
    is_vulnerable: bool
    component: Component
    property: dict[str, Any]
    download_url: str

    @classmethod
    def of(cls, value: ListedCryptoAsset, links: Links) -> "GridCryptographicAsset":
        facts = asset_facts(value.sightings[0], datetime.now(UTC))
        seen = evidence([item.evidence for item in value.sightings])
        return cls(
            type=value.type,
            path=value.path,
            is_vulnerable=value.is_vulnerable,
            component=Component.of(value.component),
            property={"id": value.id, **facts, **_judged(value.sightings[0]), "evidence": seen},
            download_url=links.crypto_asset(value),
        )


def _judged(asset: CryptoAsset) -> dict[str, Any]:
    """What NIST says of it; nothing where that is silent."""
    material = material_of(asset)
    stated = {"compliance": [{"nistIr8547": record.document()} for record in material.records]}
    return stated if material.is_compliant is None else {"isNistIR8547Compliant": material.is_compliant, **stated}


class GridCryptographicAssets(Wire):
    rows: list[GridCryptographicAsset]
    total: int
