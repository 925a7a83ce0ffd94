"""Images: rows <-> domain, without files and scans."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select, update

from pellucid.domain.ids import new_id
from pellucid.domain.image import Image
from pellucid.domain.user import User
from pellucid.errors import Conflict
from pellucid.storage.database import Transaction
from pellucid.storage.integrity import unique_or_conflict
from pellucid.storage.repositories.users import to_domain as user_to_domain
from pellucid.storage.rows.image import ImageRow
from pellucid.storage.rows.user import UserRow

TAKEN = (
    "This product has an image with this name and version already, perhaps an archived one: "
    "choose another version, or rename that image."
)


class ImageRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def add(self, *, product_id: str, name: str, version: str, author: User) -> Image:
        """Conflict when the product has this name and version."""
        row = ImageRow(
            id=new_id(),
            product_id=product_id,
            name=name,
            version=version,
            author_id=author.id,
            create_time=datetime.now(UTC),
            is_archived=False,
        )
        with unique_or_conflict(TAKEN):
            self._session.add(row)
            self._session.flush()
        return to_domain(row, author)

    def ensure_free(self, product_id: str, name: str, version: str) -> None:
        """Conflict when the product has this name and version."""
        taken = select(ImageRow.id).where(
            ImageRow.product_id == product_id, ImageRow.name == name, ImageRow.version == version
        )
        if self._session.scalar(taken) is not None:
            raise Conflict(TAKEN)

    def get(self, product_id: str, image_id: str) -> Image | None:
        found = self._read(_images(product_id).where(ImageRow.id == image_id))
        return found[0] if found else None

    def of_product(self, product_id: str) -> list[Image]:
        """All of them, newest first."""
        return self._read(_images(product_id))

    def known(self, product_id: str, ids: Collection[str]) -> set[str]:
        """Those of `ids` that the product has."""
        query = select(ImageRow.id).where(ImageRow.product_id == product_id, ImageRow.id.in_(ids))
        return set(self._session.scalars(query))

    def change(self, image_id: str, values: Mapping[str, Any]) -> None:
        """Set `name` or `version`. Conflict when the product has an image of both."""
        with unique_or_conflict(TAKEN):
            self._session.execute(update(ImageRow).where(ImageRow.id == image_id).values(dict(values)))

    def set_archived(self, ids: Collection[str], *, archived: bool) -> None:
        self._session.execute(update(ImageRow).where(ImageRow.id.in_(ids)).values(is_archived=archived))

    def _read(self, query: Select[ImageRow, UserRow]) -> list[Image]:
        return [to_domain(row, user_to_domain(author)) for row, author in self._session.execute(query)]


def _images(product_id: str) -> Select[ImageRow, UserRow]:
    return (
        select(ImageRow, UserRow)
        .join(UserRow, UserRow.id == ImageRow.author_id)
        .where(ImageRow.product_id == product_id)
        .order_by(ImageRow.create_time.desc(), ImageRow.id.desc())
        .execution_options(populate_existing=True)
    )


def to_domain(row: ImageRow, author: User) -> Image:
    return Image(
        id=row.id,
        product_id=row.product_id,
        name=row.name,
        version=row.version,
        author=author,
        create_time=row.create_time,
        is_archived=row.is_archived,
    )
