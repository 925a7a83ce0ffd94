"""Advisories: where an installation keeps them, and which ones are in use."""

from pathlib import Path

from pellucid.advisories.bundled import bundled
from pellucid.advisories.store.index import StoreIndex
from pellucid.advisories.store.store import FILE, Store
from pellucid.errors import NotFound
from pellucid.settings import Settings


def place_of(settings: Settings) -> Path | str:
    """The file in the data directory, or the server's PostgreSQL as a SQLAlchemy URL."""
    if settings.database_url and not settings.database_url.startswith("sqlite"):
        return settings.database_url
    return settings.data_dir / FILE


def open_store(settings: Settings) -> Store:
    """For taking data in: made when there is none. Raises Malformed, OSError."""
    return Store.open(place_of(settings))


def open_for_reading(settings: Settings) -> Store:
    """What is there; until something has been taken in, what comes with Pellucid. Raises Malformed, OSError."""
    try:
        store = Store.open(place_of(settings), create=False)
    except NotFound:
        return bundled()
    if store.revision:
        return store
    store.close()
    return bundled()


class Advisories:
    """What matchers work with, read again when it has changed. Use from one thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store: Store | None = None
        self._index: StoreIndex | None = None
        self._is_bundled = True

    def current(self) -> tuple[StoreIndex, str]:
        """The index and its digest. Malformed when the store has been damaged."""
        if self._store is None or self._is_bundled or self._is_gone():
            self._open()
        assert self._store is not None
        digest = self._store.digest
        if self._index is None or self._index.digest != digest:
            self._index = StoreIndex(self._store)
        return self._index, digest

    def close(self) -> None:
        """Nothing is asked any more."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _open(self) -> None:
        """What comes with Pellucid is only used until there is something else."""
        store = open_for_reading(self._settings)
        if self._store is not None and store.digest == self._store.digest:
            store.close()
            return
        self.close()
        self._store, self._index = store, None
        self._is_bundled = store.is_in_memory

    def _is_gone(self) -> bool:
        """Whether the file was removed, or put in the place of the one that is open."""
        place = place_of(self._settings)
        return isinstance(place, Path) and self._store is not None and not self._store.is_still_at(place)
