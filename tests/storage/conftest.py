"""Somebody who may do everything, in a database of each kind."""

from pathlib import Path

import pytest

from pellucid.domain.access import Caller
from pellucid.domain.file import StoredBlob
from pellucid.services.identity import Identity
from pellucid.storage.database import Database

BLOB = StoredBlob(sha256="ab" * 32, size=3 << 32)


@pytest.fixture
def caller(database: Database, tmp_path: Path) -> Caller:
    with database.begin() as tx:
        identity = Identity(tx)
        credentials = identity.first_start(tmp_path / "credentials.json")
        assert credentials is not None
        return identity.caller(identity.authenticate_client(credentials.client_id, credentials.client_secret).user_id)


@pytest.fixture
def blob() -> StoredBlob:
    """Larger than 32 bits can say."""
    return BLOB
