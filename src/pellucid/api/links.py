"""Signed links that work without a token: to upload a temporary file, to download a file."""

import time
from collections.abc import Callable

from pellucid.domain.file import File, TempFile
from pellucid.services.crypto_assets import PERMISSION, is_there
from pellucid.services.tokens import Tokens
from pellucid.storage.listings.crypto_asset_grid import ListedCryptoAsset

UPLOAD = "upload"
DOWNLOAD = "download"
DOWNLOAD_PERMISSION = PERMISSION


class Links:
    """Absolute links below `public_url`, which has no slash at its end. `lifetime` (seconds) is that of downloads.

    `may_download` is asked by product id: callers who may not get links to its files without a signature, which need
    a token that may.
    """

    def __init__(self, public_url: str, tokens: Tokens, lifetime: float, may_download: Callable[[str], bool]) -> None:
        self._root = f"{public_url}/api/v4"
        self._tokens = tokens
        self._lifetime = lifetime
        self._may_download = may_download

    def upload(self, temp_file: TempFile) -> str:
        url = f"{self._root}/products/{temp_file.product_id}/tempFiles/{temp_file.id}/content"
        expires = temp_file.expires.timestamp()
        return self._tokens.sign_url(url, purpose=UPLOAD, resource_id=temp_file.id, expires=expires)

    def download(self, file: File) -> str:
        url = f"{self._root}/{file.parent}/files/{file.id}/content"
        return self._signed(url, file.product_id, file.id)

    def crypto_asset(self, row: ListedCryptoAsset) -> str:
        """Empty for what cannot be downloaded: private keys, and what was not kept."""
        if not is_there(row.sightings[0], in_image=row.component.parent is None):
            return ""
        scan = f"products/{row.product_id}/images/{row.image_id}/scans/{row.component.scan_id}"
        url = f"{self._root}/{scan}/cryptographicAssets/{row.id}/content"
        return self._signed(url, row.product_id, row.id)

    def _signed(self, url: str, product_id: str, resource_id: str) -> str:
        if not self._may_download(product_id):
            return url
        expires = time.time() + self._lifetime
        return self._tokens.sign_url(url, purpose=DOWNLOAD, resource_id=resource_id, expires=expires)
