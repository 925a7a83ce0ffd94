"""Files: rows <-> domain."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from pellucid.domain.file import File, StoredBlob
from pellucid.domain.ids import new_id
from pellucid.domain.user import User
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.users import to_domain as userto_domain
from pellucid.storage.rows.file import FileRow
from pellucid.storage.rows.image import ImageRow
from pellucid.storage.rows.user import UserRow


class FileRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def add(
        self,
        *,
        product_id: str,
        image_id: str,
        filename: str,
        blob: StoredBlob,
        author: User,
        is_attachment: bool,
        metadata: Mapping[str, str] | None = None,
    ) -> File:
        row = FileRow(
            id=new_id(),
            image_id=image_id,
            filename=filename,
            sha256=blob.sha256,
            size=blob.size,
            author_id=author.id,
            create_time=datetime.now(UTC),
            is_attachment=is_attachment,
            details=dict(metadata or {}),
        )
        self._session.add(row)
        self._session.flush()
        return to_domain(row, product_id, author)

    def get(self, product_id: str, image_id: str, file_id: str) -> File | None:
        found = self._read(ImageRow.product_id == product_id, FileRow.image_id == image_id, FileRow.id == file_id)
        return found[0] if found else None

    def attachment(self, file_id: str) -> File | None:
        """An attachment, whatever image has it."""
        found = self._read(FileRow.id == file_id, FileRow.is_attachment.is_(True))
        return found[0] if found else None

    def note(self, file_id: str, key: str, value: str) -> None:
        """Put an entry into the metadata of a file that is there."""
        row = self._session.get_one(FileRow, file_id)
        row.details = {**row.details, key: value}
        self._session.flush()

    def list(self, product_id: str, image_id: str) -> Sequence[File]:
        """Newest first; empty when the product has no such image."""
        return self._read(ImageRow.product_id == product_id, FileRow.image_id == image_id)

    def of_images(self, image_ids: Collection[str]) -> dict[str, tuple[File, ...]]:
        """Files by image id, newest first, in one query."""
        by_image: dict[str, Any] = defaultdict(tuple)
        for file in self._read(FileRow.image_id.in_(image_ids)) if image_ids else []:
            by_image[file.image_id] += (file,)
        return {image_id: by_image[image_id] for image_id in image_ids}

    def image_exists(self, product_id: str, image_id: str) -> bool:
        query = select(ImageRow.id).where(ImageRow.id == image_id, ImageRow.product_id == product_id)
        return self._session.scalar(query) is not None

    def delete(self, ids: Collection[str]) -> None:
        self._session.execute(delete(FileRow).where(FileRow.id.in_(ids)))

    def _read(self, *conditions: ColumnElement[bool]) -> Sequence[File]:
        query = (
            select(FileRow, ImageRow.product_id, UserRow)
            .join(ImageRow, ImageRow.id == FileRow.image_id)
            .join(UserRow, UserRow.id == FileRow.author_id)
            .where(*conditions)
            .order_by(FileRow.create_time.desc(), FileRow.id.desc())
        )
        return [
            to_domain(row, product_id, userto_domain(author))
            for row, product_id, author in self._session.execute(query)
        ]


def to_domain(row: FileRow, product_id: str, author: User) -> File:
    return File(
        id=row.id,
        product_id=product_id,
        image_id=row.image_id,
        filename=row.filename,
        blob=StoredBlob(sha256=row.sha256, size=row.size),
        author=author,
        create_time=row.create_time,
        is_attachment=row.is_attachment,
        metadata={str(key): str(value) for key, value in row.details.items()},
    )
