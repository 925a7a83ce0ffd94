"""Where advisories are kept: opening the installation's store, and what is used until there is one."""

from pathlib import Path

from pellucid.advisories.bundled import bundled
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
