"""Images: upload, list, change, archive."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Query, Request

from pellucid.api.dependencies import Caller, Context, Images, Links, in_transaction
from pellucid.api.parameters import ImageId, ProductId
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import images as schemas
from pellucid.api.schemas.bulk import BulkIds
from pellucid.api.schemas.uploads import NewImage, UploadQuery, announced
from pellucid.api.uploads import Upload
from pellucid.domain.file import StoredBlob
from pellucid.domain.image import Image
from pellucid.services import images as services
from pellucid.services.temp_files import TempFiles
from pellucid.storage.database import Transaction

router = ContractRouter()


@router.operation("ListImages")
def list_images(product_id: ProductId, images: Images, links: Links) -> schemas.Images:
    return schemas.Images(images=[schemas.Image.of(image, links) for image in images.list(product_id)])


@router.operation("GetImage")
def get_image(
    product_id: ProductId,
    image_id: ImageId,
    images: Images,
    links: Links,
    *,
    with_counts: Annotated[bool, Query(alias="withCounts")] = False,
) -> schemas.Image:
    return schemas.Image.of(images.get(product_id, image_id, with_counts=with_counts), links)


@router.operation("UpdateImage")
def update_image(
    product_id: ProductId, image_id: ImageId, images: Images, links: Links, body: schemas.ImageChange
) -> schemas.Image:
    return schemas.Image.of(images.update(product_id, image_id, name=body.name, version=body.version), links)


@router.operation("BulkArchiveImages")
def archive_images(product_id: ProductId, images: Images, body: BulkIds) -> BulkIds:
    return BulkIds(ids=list(images.archive(product_id, body.ids)))


@router.operation("BulkUnarchiveImages")
def unarchive_images(product_id: ProductId, images: Images, body: BulkIds) -> BulkIds:
    return BulkIds(ids=list(images.unarchive(product_id, body.ids)))


@router.operation("UploadImage", streams=True)
async def upload_image(
    *, product_id: ProductId, caller: Caller, context: Context, links: Links, query: UploadQuery, request: Request
) -> schemas.Image:
    async def before_file(texts: Mapping[str, str]) -> None:
        """Whoever sends two gigabytes wants to hear before them that the version is taken."""
        if taken := announced(query, texts):
            await in_transaction(context, lambda tx: services.Images(tx).ensure_free(product_id, *taken))

    async with Upload(context, request) as upload:
        wanted = NewImage.of(query, await upload.form(before_file))
        blob = None if wanted.temp_file_id else await upload.commit()
    # Only now: no transaction is open while bytes flow.
    image = await in_transaction(context, lambda tx: _create(tx, caller, product_id, wanted, blob))
    return schemas.Image.of(image, links)


def _create(tx: Transaction, caller: Caller, product_id: str, wanted: NewImage, blob: StoredBlob | None) -> Image:
    return services.Images(tx).create(
        caller,
        product_id,
        name=wanted.name,
        version=wanted.version,
        filename=wanted.filename,
        blob=blob or TempFiles(tx).take(product_id, wanted.temp_file_id),
        create_scan=wanted.create_scan,
    )
