"""Temporary files, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pellucid.domain.access import Caller
from pellucid.domain.file import StoredBlob
from pellucid.domain.ids import new_id
from pellucid.errors import Conflict, NotFound
from pellucid.services.products import Products
from pellucid.services.temp_files import TempFiles
from pellucid.storage.database import Database


@pytest.fixture
def product(database: Database, caller: Caller) -> str:
    with database.begin() as tx:
        return Products(tx).create(caller, "router", "").id


def test_received_bytes_are_taken_once(database: Database, caller: Caller, product: str, blob: StoredBlob) -> None:
    with database.begin() as tx:
        made = TempFiles(tx).create(caller, product)
    with pytest.raises(Conflict, match="PUT the bytes"), database.begin() as tx:
        TempFiles(tx).take(product, made.id)
    with database.begin() as tx:
        received = TempFiles(tx).receive(made.id, blob)
    assert received.blob == blob
    assert received.expires > made.expires
    with pytest.raises(Conflict, match="uploaded before"), database.begin() as tx:
        TempFiles(tx).receive(made.id, blob)
    with database.begin() as tx:
        assert TempFiles(tx).take(product, made.id) == blob
    with pytest.raises(Conflict, match="belongs to an image already"), database.begin() as tx:
        TempFiles(tx).take(product, made.id)


def test_of_two_images_at_once_one_gets_the_bytes(
    database: Database, caller: Caller, product: str, blob: StoredBlob
) -> None:
    with database.begin() as tx:
        made = TempFiles(tx).create(caller, product)
        TempFiles(tx).receive(made.id, blob)
    barrier = Barrier(2)

    def race(_: int) -> str:
        barrier.wait()
        try:
            with database.begin() as tx:
                return TempFiles(tx).take(product, made.id).sha256
        except Conflict:
            return "conflict"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(race, range(2))) == sorted([blob.sha256, "conflict"])


def test_an_expired_one_cannot_be_taken(database: Database, caller: Caller, product: str) -> None:
    with database.begin() as tx:
        made = TempFiles(tx).create(caller, product, lifetime=-1)
        with pytest.raises(Conflict, match="expired"):
            TempFiles(tx).take(product, made.id)


def test_unknown_ones_and_those_of_another_product(
    database: Database, caller: Caller, product: str, blob: StoredBlob
) -> None:
    with database.begin() as tx:
        made = TempFiles(tx).create(caller, product)
        TempFiles(tx).receive(made.id, blob)
        other = Products(tx).create(caller, "switch", "").id
        with pytest.raises(NotFound):
            TempFiles(tx).take(other, made.id)
        with pytest.raises(NotFound):
            TempFiles(tx).receive(new_id(), blob)
        with pytest.raises(NotFound):
            TempFiles(tx).create(caller, new_id())
