"""Files of an image: list, read, attach, download, delete."""

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from pellucid.api import context as contexts
from pellucid.api import downloads
from pellucid.api.authentication import authorize, require_link
from pellucid.api.dependencies import Caller, Context, Files, Images, Links, in_transaction
from pellucid.api.links import DOWNLOAD, DOWNLOAD_PERMISSION
from pellucid.api.parameters import FileId, ImageId, ProductId
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import files as schemas
from pellucid.api.schemas.bulk import BulkIds
from pellucid.api.uploads import Upload
from pellucid.domain import names
from pellucid.domain.file import File
from pellucid.errors import Detail, InvalidRequest, NotAuthenticated
from pellucid.services import files as services

router = ContractRouter()

CONTENT = "/api/v4/products/{productId}/images/{imageId}/files/{fileId}/content"


@router.operation("ListFiles")
def list_files(product_id: ProductId, image_id: ImageId, files: Files, links: Links) -> schemas.Files:
    return schemas.Files(files=[schemas.File.of(file, links) for file in files.list(product_id, image_id)])


@router.operation("GetFile")
def get_file(product_id: ProductId, image_id: ImageId, file_id: FileId, files: Files, links: Links) -> schemas.File:
    return schemas.File.of(files.get(product_id, image_id, file_id), links)


@router.operation("CreateFile", streams=True)
async def create_file(
    *, product_id: ProductId, image_id: ImageId, caller: Caller, context: Context, links: Links, request: Request
) -> schemas.File:
    await run_in_threadpool(_require_image, context, product_id, image_id)
    async with Upload(context, request) as upload:
        form = await upload.form()
        if form.filename is None:
            raise InvalidRequest("The file is missing.", details=[Detail(reason="is required", field="file")])
        filename = names.filename(form.filename or form.texts.pop("filename", ""))
        metadata = names.metadata(form.texts)
        blob = await upload.commit()
    file = await in_transaction(
        context,
        lambda tx: services.Files(tx).attach(
            caller, product_id, image_id, filename=filename, blob=blob, metadata=metadata
        ),
    )
    return schemas.File.of(file, links)


@router.operation("BulkDownloadFiles")
def download_files(
    *, product_id: ProductId, image_id: ImageId, context: Context, files: Files, images: Images, body: BulkIds
) -> Response:
    chosen = files.chosen(product_id, image_id, body.ids)
    if len(chosen) == 1:
        return downloads.one(context.blobs, chosen[0])
    image = images.get(product_id, image_id)
    return downloads.several(context.blobs, chosen, f"{image.name} {image.version}.zip")


@router.operation("BulkDeleteFiles")
def delete_files(product_id: ProductId, image_id: ImageId, files: Files, body: BulkIds) -> BulkIds:
    return BulkIds(ids=list(files.delete(product_id, image_id, body.ids)))


@router.signed("DownloadFile", "GET", CONTENT, tag="File")
async def download_file(
    product_id: ProductId, image_id: ImageId, file_id: FileId, context: Context, request: Request
) -> Response:
    """The bytes of a file, for whoever has its signed link, or a token with the permission files.download."""
    try:
        require_link(request, DOWNLOAD, file_id)
    except NotAuthenticated:
        if "authorization" not in request.headers:
            raise
        await authorize(request, DOWNLOAD_PERMISSION)
    file = await run_in_threadpool(_file, context, product_id, image_id, file_id)
    return downloads.one(context.blobs, file)


def _file(context: contexts.Context, product_id: str, image_id: str, file_id: str) -> File:
    with context.database.read() as tx:
        return services.Files(tx).get(product_id, image_id, file_id)


def _require_image(context: contexts.Context, product_id: str, image_id: str) -> None:
    with context.database.read() as tx:
        services.Files(tx).list(product_id, image_id)
