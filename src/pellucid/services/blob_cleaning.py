"""Cleaning: blobs that nothing refers to any more are deleted.

They come from uploads that ended in an error after the last byte (a name that was taken), from deleted attachments and
from temporary files that no image ever took.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Protocol

from pellucid.storage.database import Transaction
from pellucid.storage.repositories.blob_references import BlobReferences

# Far longer than from the last byte of an upload to the row that refers to it.
GRACE_SECONDS = 3600.0
BATCH = 500


class AgingBlobs(Protocol):
    """A blob store that knows how long ago each blob was last stored."""

    def unchanged_for(self, seconds: float) -> Iterable[str]: ...

    def delete_unchanged(self, sha256: str, seconds: float) -> bool: ...


class BlobCleaning:
    """To be run now and then by one process, with a reading transaction."""

    def __init__(self, tx: Transaction, blobs: AgingBlobs) -> None:
        self._references = BlobReferences(tx)
        self._blobs = blobs

    def run(self, *, grace: float = GRACE_SECONDS) -> int:
        """Delete what is older than `grace` seconds and not referred to; returns how many."""
        deleted = 0
        now = datetime.now(UTC)  # before the first look: what an image takes later on is still waiting now
        for batch in _batches(self._blobs.unchanged_for(grace)):
            needed = self._references.among(batch, now)
            unneeded = [sha256 for sha256 in batch if sha256 not in needed]
            deleted += sum(self._blobs.delete_unchanged(sha256, grace) for sha256 in unneeded)
        return deleted


def _batches(items: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
