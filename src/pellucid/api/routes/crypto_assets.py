"""Single cryptographic assets: the bytes of those that are public."""

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from pellucid.api import context as contexts
from pellucid.api import downloads
from pellucid.api.authentication import authorize, require_link
from pellucid.api.dependencies import Context
from pellucid.api.links import DOWNLOAD, DOWNLOAD_PERMISSION
from pellucid.api.parameters import AssetId, ImageId, ProductId, ScanId
from pellucid.api.router import ContractRouter
from pellucid.errors import NotAuthenticated
from pellucid.services.crypto_assets import CryptoAssets, content_of

router = ContractRouter()

CONTENT = "/api/v4/products/{productId}/images/{imageId}/scans/{scanId}/cryptographicAssets/{assetId}/content"
MEDIA_TYPES = {".cer": "application/pkix-cert", ".p7b": "application/pkcs7-mime", ".pem": "application/x-pem-file"}


@router.signed("DownloadCryptographicAsset", "GET", CONTENT, tag="Scan")
async def download_crypto_asset(
    *, product_id: ProductId, image_id: ImageId, scan_id: ScanId, asset_id: AssetId, context: Context, request: Request
) -> Response:
    """A certificate, message or public key, for whoever has its signed link, or a token with files.download.

    Private keys are refused (403) to everybody; what was not kept is a 404.
    """
    try:
        require_link(request, DOWNLOAD, asset_id)
    except NotAuthenticated:
        if "authorization" not in request.headers:
            raise
        await authorize(request, DOWNLOAD_PERMISSION)
    content, name = await run_in_threadpool(_content, context, product_id, image_id, scan_id, asset_id)
    headers = {"Content-Disposition": downloads.saved_as(name)}
    return Response(content, media_type=MEDIA_TYPES[name[name.rindex(".") :]], headers=headers)


def _content(
    context: contexts.Context, product_id: str, image_id: str, scan_id: str, asset_id: str
) -> tuple[bytes, str]:
    with context.database.read() as tx:
        original = CryptoAssets(tx).original(product_id, image_id, scan_id, asset_id)
    return content_of(original, context.blobs)
