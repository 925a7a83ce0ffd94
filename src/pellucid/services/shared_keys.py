"""Private keys that more than one image has: what matchers ask, and who else is judged again when a key turns up."""

from collections.abc import Collection, Mapping

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.domain.key_elsewhere import KeyElsewhere
from pellucid.services.rematch_queue import queue_rematch
from pellucid.storage.database import Database, Transaction
from pellucid.storage.listings.key_holders import KeyHolder, key_holders
from pellucid.storage.repositories.scan_results import ScanResultRepository


class StoredKeyHolders:
    """A `KeyHolders` of all that is stored, for the judgement of one image."""

    def __init__(self, database: Database, product_id: str, image_id: str) -> None:
        self._database, self._product_id, self._image_id = database, product_id, image_id

    def elsewhere(self, fingerprints: Collection[str]) -> Mapping[str, KeyElsewhere]:
        """Where each key lies besides this image; keys that are nowhere else are left out."""
        if not fingerprints:
            return {}
        with self._database.read() as tx:
            found = key_holders(tx, self._image_id, fingerprints)
        return {fingerprint: self._counted(holders) for fingerprint, holders in found.items()}

    def _counted(self, holders: Collection[KeyHolder]) -> KeyElsewhere:
        return KeyElsewhere(
            images=len({item.image_id for item in holders if item.product_id == self._product_id}),
            products=len({item.product_id for item in holders} - {self._product_id}),
        )


def judge_others_again(tx: Transaction, product_id: str, image_id: str, assets: Collection[CryptoAsset]) -> None:
    """Have images judged again with whose key this image has just been stored, if nobody else's product had it before.

    Later ones change nothing for them but a number.
    """
    keys = {asset.fingerprint for asset in assets if asset.kind is CryptoKind.PRIVATE_KEY}
    results = ScanResultRepository(tx)
    touched: set[str] = set()
    for holders in key_holders(tx, image_id, keys).values() if keys else ():
        products = {item.product_id for item in holders}
        if product_id not in products and len(products) == 1:
            touched.update(item.scan_id for item in holders)
    for scan_id in sorted(touched):
        results.set_advisory_digest(scan_id, "")
    if touched:
        queue_rematch(tx)
