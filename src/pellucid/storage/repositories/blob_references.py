"""Which blobs are somebody's: files of images, and uploads that still wait for one."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from pellucid.storage.database import Transaction
from pellucid.storage.rows.file import FileRow
from pellucid.storage.rows.temp_file import TempFileRow


class BlobReferences:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def among(self, sha256s: Collection[str], now: datetime) -> set[str]:
        """Those of `sha256s` (a few thousand at most) that are still needed at `now`."""
        waiting = (TempFileRow.used.is_(False), TempFileRow.expires > now)
        # In this order: what an image takes between the two queries is seen by one of them.
        query = select(TempFileRow.sha256).where(TempFileRow.sha256.in_(sha256s), *waiting)
        found = {sha256 for sha256 in self._session.scalars(query) if sha256 is not None}
        return found.union(self._session.scalars(select(FileRow.sha256).where(FileRow.sha256.in_(sha256s))))
