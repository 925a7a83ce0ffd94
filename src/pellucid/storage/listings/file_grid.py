"""Uploaded files as rows of a grid."""

from collections.abc import Mapping

from sqlalchemy import exists, select

from pellucid.domain.access import Scope
from pellucid.domain.file import File
from pellucid.domain.grid import GridPage, GridQuery
from pellucid.storage.database import Transaction
from pellucid.storage.listings.grid import Condition, Field, grid_rows
from pellucid.storage.listings.grid_values import ID, NUMBER, TIME, TRUTH, WORD
from pellucid.storage.listings.visibility import visible
from pellucid.storage.repositories.files import to_domain
from pellucid.storage.repositories.users import to_domain as user_to_domain
from pellucid.storage.rows.file import FileRow
from pellucid.storage.rows.image import ImageRow
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.scan import ScanRow
from pellucid.storage.rows.user import UserRow


def _scanned(condition: Condition) -> Condition:
    return exists(select(ScanRow.id).where(ScanRow.file_id == FileRow.id, condition))


FIELDS: Mapping[str, Field] = {
    "id": Field(of=FileRow.id, kind=ID),
    "productId": Field(of=ImageRow.product_id, kind=ID),
    "productName": Field(of=ProductRow.name),
    "imageId": Field(of=FileRow.image_id, kind=ID),
    "imageName": Field(of=ImageRow.name),
    "imageVersion": Field(of=ImageRow.version),
    "scanId": Field(of=ScanRow.id, kind=ID, among=_scanned),
    "filename": Field(of=FileRow.filename),
    "isAttachment": Field(of=FileRow.is_attachment, kind=TRUTH),
    "createTime": Field(of=FileRow.create_time, kind=TIME),
    "author": Field(of=UserRow.email),
    "size": Field(of=FileRow.size, kind=NUMBER),
    "sha256": Field(of=FileRow.sha256, kind=WORD),
}


def file_grid(tx: Transaction, scope: Scope, wanted: GridQuery) -> GridPage[File]:
    """Newest first unless sorted otherwise. `author` is the e-mail address of who has uploaded the file."""
    query = (
        select(FileRow, ImageRow.product_id, UserRow)
        .join(ImageRow, ImageRow.id == FileRow.image_id)
        .join(ProductRow, ProductRow.id == ImageRow.product_id)
        .join(UserRow, UserRow.id == FileRow.author_id)
        .where(visible(scope))
    )
    rows, total = grid_rows(tx, query, FIELDS, wanted, key=(FileRow.id,), newest_first=FileRow.create_time)
    files = [to_domain(row, product_id, user_to_domain(author)) for row, product_id, author in rows]
    return GridPage(rows=files, total=total)
