"""The result cache of a data directory, for use without a server."""

from collections.abc import Iterator
from contextlib import contextmanager

from pellucid.pipeline.cache import ResultCache
from pellucid.settings import Settings
from pellucid.storage.database import Database
from pellucid.storage.migration import upgrade
from pellucid.storage.repositories.content_results import DatabaseCache


@contextmanager
def kept_results(settings: Settings) -> Iterator[ResultCache]:
    """Opens the database, and brings it to the newest schema first."""
    database = Database(settings.database_url or f"sqlite:///{settings.data_dir.resolve() / 'pellucid.db'}")
    try:
        upgrade(database)
        yield DatabaseCache(database)
    finally:
        database.close()
