"""The result cache in the database."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import zstandard
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from pellucid.storage.database import Database, Transaction
from pellucid.storage.rows.content_result import ContentResultRow

PIECE = 500
LARGEST = 1 << 30


class ContentResults:
    """Payloads by SHA-256. The last one that is put counts: it knows at least as much as the one before."""

    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for start in range(0, len(keys), PIECE):
            wanted = ContentResultRow.sha256.in_(keys[start : start + PIECE])
            rows = self._session.execute(select(ContentResultRow.sha256, ContentResultRow.payload).where(wanted))
            found.update((sha256, unpacked) for sha256, payload in rows if (unpacked := _unpacked(payload)))
        return found

    def put_many(self, results: Mapping[str, bytes]) -> None:
        now = datetime.now(UTC)
        pack = zstandard.ZstdCompressor().compress
        rows = [
            {"sha256": key, "payload": pack(payload), "update_time": now} for key, payload in sorted(results.items())
        ]
        insert: Any = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        for start in range(0, len(rows), PIECE):
            statement = insert(ContentResultRow).values(rows[start : start + PIECE])
            new = {"payload": statement.excluded.payload, "update_time": statement.excluded.update_time}
            self._session.execute(statement.on_conflict_do_update(index_elements=["sha256"], set_=new))


def _unpacked(payload: bytes) -> bytes:
    """Empty for a damaged payload: it counts as not there, and is made again."""
    try:
        return zstandard.ZstdDecompressor().decompress(payload, max_output_size=LARGEST)
    except zstandard.ZstdError:
        return b""


class DatabaseCache:
    """The cache as the pipeline asks for it: each call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        with self._database.read() as tx:
            return ContentResults(tx).get_many(keys)

    def put_many(self, results: Mapping[str, bytes]) -> None:
        with self._database.begin() as tx:
            ContentResults(tx).put_many(results)
