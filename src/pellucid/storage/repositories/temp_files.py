"""Temporary files: rows <-> domain."""

from datetime import UTC, datetime

from sqlalchemy import select, update

from pellucid.domain.file import StoredBlob, TempFile
from pellucid.domain.ids import new_id
from pellucid.domain.user import User
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.users import to_domain as user_to_domain
from pellucid.storage.rows.temp_file import TempFileRow
from pellucid.storage.rows.user import UserRow


class TempFileRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def add(self, *, product_id: str, author: User, expires: datetime) -> TempFile:
        row = TempFileRow(
            id=new_id(),
            product_id=product_id,
            author_id=author.id,
            create_time=datetime.now(UTC),
            expires=expires,
            sha256=None,
            size=None,
            used=False,
        )
        self._session.add(row)
        self._session.flush()
        return _to_domain(row, author)

    def get(self, temp_file_id: str) -> TempFile | None:
        query = (
            select(TempFileRow, UserRow)
            .join(UserRow, UserRow.id == TempFileRow.author_id)
            .where(TempFileRow.id == temp_file_id)
            .execution_options(populate_existing=True)
        )
        found = self._session.execute(query).one_or_none()
        return _to_domain(found[0], user_to_domain(found[1])) if found else None

    def fill(self, temp_file_id: str, blob: StoredBlob, expires: datetime) -> bool:
        """Say that the bytes are there; False when they were already."""
        query = (
            update(TempFileRow)
            .where(TempFileRow.id == temp_file_id, TempFileRow.sha256.is_(None))
            .values(sha256=blob.sha256, size=blob.size, expires=expires)
            .returning(TempFileRow.id)
        )
        return self._session.execute(query).one_or_none() is not None

    def use(self, temp_file_id: str) -> bool:
        """Take it for an image; False when it was taken already. Of two at the same time one gets it."""
        query = (
            update(TempFileRow)
            .where(TempFileRow.id == temp_file_id, TempFileRow.used.is_(False))
            .values(used=True)
            .returning(TempFileRow.id)
        )
        return self._session.execute(query).one_or_none() is not None


def _to_domain(row: TempFileRow, author: User) -> TempFile:
    blob = StoredBlob(sha256=row.sha256, size=row.size) if row.sha256 is not None and row.size is not None else None
    return TempFile(
        id=row.id,
        product_id=row.product_id,
        create_time=row.create_time,
        expires=row.expires,
        author=author,
        blob=blob,
        used=row.used,
    )
