"""Images, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from pellucid.domain.access import Caller
from pellucid.domain.file import StoredBlob
from pellucid.domain.ids import new_id
from pellucid.domain.image import Image, ImageCounts
from pellucid.domain.scan import ScanStateType
from pellucid.errors import Conflict, InvalidRequest, NotFound
from pellucid.services.images import Images
from pellucid.services.products import Products
from pellucid.storage.database import Database


@pytest.fixture
def product(database: Database, caller: Caller) -> str:
    with database.begin() as tx:
        return Products(tx).create(caller, "router", "").id


def create(
    database: Database, caller: Caller, product: str, blob: StoredBlob, version: str = "1", *, scan: bool = True
) -> Image:
    with database.begin() as tx:
        return Images(tx).create(
            caller, product, name="fw", version=version, filename="fw.bin", blob=blob, create_scan=scan
        )


def test_an_upload_gives_the_whole_image(database: Database, caller: Caller, product: str, blob: StoredBlob) -> None:
    image = create(database, caller, product, blob)
    assert (image.name, image.version, image.author, image.parent) == ("fw", "1", caller.user, f"products/{product}")
    assert image.counts == ImageCounts()
    assert [(file.filename, file.blob, file.is_attachment) for file in image.files] == [("fw.bin", blob, False)]
    assert [scan.latest_state.type for scan in image.scans] == [ScanStateType.NEW]
    with database.read() as tx:
        assert Images(tx).get(product, image.id, with_counts=True) == image
        assert Images(tx).get(product, image.id).counts is None
        assert Images(tx).list(product) == [image]


def test_without_a_scan(database: Database, caller: Caller, product: str, blob: StoredBlob) -> None:
    assert create(database, caller, product, blob, scan=False).scans == ()


def test_name_and_version_are_taken_once(database: Database, caller: Caller, product: str, blob: StoredBlob) -> None:
    first = create(database, caller, product, blob)
    with database.begin() as tx:
        Images(tx).archive(product, [first.id])
    with pytest.raises(Conflict, match="choose another version"):
        create(database, caller, product, blob)
    with database.read() as tx:
        assert [image.id for image in Images(tx).list(product)] == [first.id]


def test_renaming_into_a_taken_version(database: Database, caller: Caller, product: str, blob: StoredBlob) -> None:
    create(database, caller, product, blob, "1")
    second = create(database, caller, product, blob, "2")
    with database.begin() as tx:
        assert Images(tx).update(product, second.id, name=" firmware ").name == "firmware"
        assert Images(tx).update(product, second.id, name="fw", version="3").version == "3"
    with pytest.raises(Conflict), database.begin() as tx:
        Images(tx).update(product, second.id, version="1")


def test_archiving_shows_in_the_image(database: Database, caller: Caller, product: str, blob: StoredBlob) -> None:
    image = create(database, caller, product, blob)
    with database.begin() as tx:
        assert Images(tx).archive(product, [image.id]) == [image.id]
        assert Images(tx).get(product, image.id).is_archived
        assert Images(tx).unarchive(product, [image.id]) == [image.id]
        assert not Images(tx).get(product, image.id).is_archived
        with pytest.raises(InvalidRequest, match="no image"):
            Images(tx).archive(product, [image.id, new_id()])


def test_an_image_belongs_to_its_product(database: Database, caller: Caller, product: str, blob: StoredBlob) -> None:
    image = create(database, caller, product, blob)
    with database.begin() as tx:
        other = Products(tx).create(caller, "switch", "").id
        assert Images(tx).list(other) == []
        with pytest.raises(NotFound):
            Images(tx).get(other, image.id)
        with pytest.raises(InvalidRequest):
            Images(tx).archive(other, [image.id])


def test_an_unknown_or_archived_product_takes_no_image(
    database: Database, caller: Caller, product: str, blob: StoredBlob
) -> None:
    with pytest.raises(NotFound):
        create(database, caller, new_id(), blob)
    with database.begin() as tx:
        Products(tx).archive(caller, [product])
    with pytest.raises(Conflict, match="unarchive it"):
        create(database, caller, product, blob)


def test_bad_names_are_refused(database: Database, caller: Caller, product: str, blob: StoredBlob) -> None:
    with pytest.raises(InvalidRequest) as caught:
        create(database, caller, product, blob, "9" * 10_240)
    assert [detail.field for detail in caught.value.details] == ["version"]


def test_a_list_takes_as_many_queries_for_many_images(
    database: Database, caller: Caller, product: str, blob: StoredBlob
) -> None:
    def queries() -> int:
        with counted(database) as count, database.read() as tx:
            Images(tx).list(product)
        return len(count)

    create(database, caller, product, blob, "1")
    one = queries()
    for version in "2345":
        create(database, caller, product, blob, version)
    assert queries() == one


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)
