"""Temporary files: a signed place to put the bytes of a later image."""

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from pellucid.api import context as contexts
from pellucid.api.authentication import require_link
from pellucid.api.dependencies import Caller, Context, Links, TempFiles, in_transaction
from pellucid.api.links import UPLOAD
from pellucid.api.parameters import ProductId, TempFileId
from pellucid.api.router import ContractRouter
from pellucid.api.schemas.files import TempFile
from pellucid.api.uploads import Upload
from pellucid.errors import Conflict, NotFound
from pellucid.services import temp_files as services

router = ContractRouter()

CONTENT = "/api/v4/products/{productId}/tempFiles/{tempFileId}/content"


@router.operation("GenerateTempFileUploadURL", writes=True)
def generate_upload_url(
    product_id: ProductId, caller: Caller, temp_files: TempFiles, context: Context, links: Links
) -> TempFile:
    created = temp_files.create(caller, product_id, lifetime=context.settings.upload_url_lifetime)
    return TempFile.of(created, links)


@router.signed("UploadTempFile", "PUT", CONTENT, tag="TempFile")
async def upload_temp_file(
    product_id: ProductId, temp_file_id: TempFileId, context: Context, request: Request
) -> Response:
    """Take the bytes of a temporary file. They are the body itself, whatever its Content-Type says."""
    require_link(request, UPLOAD, temp_file_id)
    await run_in_threadpool(_require_empty, context, product_id, temp_file_id)
    async with Upload(context, request) as upload:
        await upload.raw()
        blob = await upload.commit()
    await in_transaction(context, lambda tx: services.TempFiles(tx).receive(temp_file_id, blob))
    return Response()


def _require_empty(context: contexts.Context, product_id: str, temp_file_id: str) -> None:
    """Say before a byte is read what would be said after the last."""
    with context.database.read() as tx:
        temp_file = services.TempFiles(tx).get(temp_file_id)
    if temp_file.product_id != product_id:
        raise NotFound(f"There is no temporary file {temp_file_id} for this product.")
    if temp_file.blob is not None:
        raise Conflict("This temporary file was uploaded before: ask for a new upload URL.")
