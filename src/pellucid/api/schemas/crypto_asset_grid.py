"""The grid of keys and certificates on the wire."""

from datetime import UTC, datetime
from typing import Any

from pellucid.api.links import Links
from pellucid.api.schemas.components import Component
from pellucid.api.schemas.wire import Wire
from pellucid.reports.scan_crypto import asset_facts
from pellucid.reports.scan_software import evidence
from pellucid.storage.listings.crypto_asset_grid import ListedCryptoAsset


class GridCryptographicAsset(Wire):
    """`property` is what is known of the asset, as in the JSON document of a scan, with its id and its sightings here.

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
            property={"id": value.id, **facts, "evidence": seen},
            download_url=links.crypto_asset(value),
        )


class GridCryptographicAssets(Wire):
    rows: list[GridCryptographicAsset]
    total: int
