"""Files of an image, on both databases."""

import pytest

from pellucid.domain.access import Caller
from pellucid.domain.file import File, StoredBlob
from pellucid.domain.ids import new_id
from pellucid.domain.image import Image
from pellucid.errors import InvalidRequest, NotFound
from pellucid.services.files import Files
from pellucid.services.images import Images
from pellucid.services.products import Products
from pellucid.storage.database import Database


@pytest.fixture
def image(database: Database, caller: Caller, blob: StoredBlob) -> Image:
    with database.begin() as tx:
        product = Products(tx).create(caller, "router", "").id
        return Images(tx).create(caller, product, name="fw", version="1", filename="fw.bin", blob=blob)


def attach(database: Database, caller: Caller, image: Image, name: str) -> File:
    blob = StoredBlob(sha256="cd" * 32, size=5)
    with database.begin() as tx:
        return Files(tx).attach(
            caller, image.product_id, image.id, filename=name, blob=blob, metadata={"kind": "datasheet"}
        )


def test_an_attachment_is_listed_before_the_image_itself(database: Database, caller: Caller, image: Image) -> None:
    attached = attach(database, caller, image, r"C:\papers\data sheet.pdf")
    assert (attached.filename, attached.is_attachment, attached.metadata) == (
        "data sheet.pdf",
        True,
        {"kind": "datasheet"},
    )
    with database.read() as tx:
        assert Files(tx).list(image.product_id, image.id) == [attached, image.files[0]]
        assert Files(tx).get(image.product_id, image.id, attached.id) == attached


def test_chosen_keeps_the_order_asked_for(database: Database, caller: Caller, image: Image) -> None:
    first, second = (attach(database, caller, image, name) for name in ("a", "b"))
    with database.read() as tx:
        files = Files(tx).chosen(image.product_id, image.id, [first.id, second.id, first.id])
        assert [file.id for file in files] == [first.id, second.id]
        with pytest.raises(InvalidRequest, match="no file"):
            Files(tx).chosen(image.product_id, image.id, [first.id, new_id()])


def test_attachments_are_deleted_and_the_image_stays(database: Database, caller: Caller, image: Image) -> None:
    attached = attach(database, caller, image, "a")
    with database.begin() as tx:
        with pytest.raises(InvalidRequest, match="Only attachments"):
            Files(tx).delete(image.product_id, image.id, [attached.id, image.files[0].id])
        assert Files(tx).delete(image.product_id, image.id, [attached.id]) == [attached.id]
        assert Files(tx).list(image.product_id, image.id) == list(image.files)


def test_unknown_images_and_files(database: Database, image: Image) -> None:
    with database.read() as tx:
        with pytest.raises(NotFound, match="no image"):
            Files(tx).list(new_id(), image.id)
        with pytest.raises(NotFound, match="no file"):
            Files(tx).get(image.product_id, image.id, new_id())
        with pytest.raises(InvalidRequest, match="fileId"):
            Files(tx).get(image.product_id, image.id, "../../etc/passwd")
