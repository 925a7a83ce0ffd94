"""Cleaning of blobs, on both databases."""

import os
import time
from pathlib import Path

import pytest

from pellucid.blobs.local import LocalBlobs
from pellucid.domain.access import Caller
from pellucid.domain.file import StoredBlob
from pellucid.services.blob_cleaning import BlobCleaning
from pellucid.services.images import Images
from pellucid.services.products import Products
from pellucid.services.temp_files import TempFiles
from pellucid.storage.database import Database


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "data")


def put(blobs: LocalBlobs, content: bytes, *, age: float) -> StoredBlob:
    with blobs.writer() as writer:
        writer.write(content)
        blob = writer.commit()
    then = time.time() - age
    os.utime(blobs.path(blob.sha256), (then, then))
    return blob


def clean(database: Database, blobs: LocalBlobs) -> int:
    with database.read() as tx:
        return BlobCleaning(tx, blobs).run(grace=60)


def test_only_old_blobs_that_nobody_needs_go(database: Database, caller: Caller, blobs: LocalBlobs) -> None:
    of_image, waiting, expired, young, orphan = (
        put(blobs, content, age=age)
        for content, age in ((b"image", 100), (b"waiting", 100), (b"expired", 100), (b"young", 10), (b"orphan", 100))
    )
    with database.begin() as tx:
        product = Products(tx).create(caller, "router", "").id
        Images(tx).create(caller, product, name="fw", version="1", filename="fw", blob=of_image)
        temp_files = TempFiles(tx)
        temp_files.receive(temp_files.create(caller, product).id, waiting)
        temp_files.take(product, temp_files.receive(temp_files.create(caller, product).id, expired).id)
    assert clean(database, blobs) == 2
    left = {blob for blob in (of_image, waiting, expired, young, orphan) if blobs.exists(blob.sha256)}
    assert left == {of_image, waiting, young}


def test_a_blob_that_is_stored_again_meanwhile_stays(database: Database, caller: Caller, blobs: LocalBlobs) -> None:
    blob = put(blobs, b"orphan", age=100)
    assert list(blobs.unchanged_for(60)) == [blob.sha256]
    with blobs.writer() as writer:
        writer.write(b"orphan")
        assert writer.commit() == blob
    assert not blobs.delete_unchanged(blob.sha256, 60)
    assert clean(database, blobs) == 0
    assert blobs.exists(blob.sha256)
