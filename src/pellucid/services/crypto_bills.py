"""Bills of images with the cryptography in them: keys, certificates, algorithms and protocols."""

from dataclasses import replace

from pellucid.domain.access import Caller
from pellucid.domain.bill import Bill
from pellucid.services.bills import Bills
from pellucid.storage.database import Transaction
from pellucid.storage.listings.newest_scans import newest_scan_of
from pellucid.storage.repositories.scan_results import ScanResultRepository


class CryptoBills:
    """What the newest finished scan of an image found."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, caller: Caller, product_id: str, image_id: str) -> Bill:
        """As `Bills.get`: the same for the same scan, NotReady when no scan of the image has finished."""
        bill = Bills(self._tx).get(caller, product_id, image_id)
        results, scan_id = ScanResultRepository(self._tx), newest_scan_of(self._tx, image_id)
        return replace(
            bill,
            crypto_assets=tuple(results.crypto_assets(scan_id)),
            crypto_uses=tuple(results.crypto_uses(scan_id)),
        )
