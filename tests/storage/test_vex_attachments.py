"""Attachments that may be VEX documents: which are read, for whom, and what comes of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.support.stored import Stored, stored_image

from pellucid.domain.access import Caller
from pellucid.domain.file import StoredBlob
from pellucid.errors import PermissionDenied
from pellucid.services.files import Files
from pellucid.services.vex_queue import VEX_JOB
from pellucid.storage.database import Database
from pellucid.storage.repositories.files import FileRepository
from pellucid.storage.rows.job import JobRow


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    return stored_image(database, tmp_path)


def attach(database: Database, stored: Stored, caller: Caller, *, size: int = 9, **metadata: str) -> bool:
    """Whether the attachment is going to be read."""
    with database.begin() as tx:
        blob = StoredBlob(sha256="cd" * 32, size=size)
        file = Files(tx).attach(
            caller, stored.product_id, stored.image.id, filename="x.json", blob=blob, metadata=metadata
        )
    with database.read() as tx:
        query = select(JobRow.subject_id).where(JobRow.kind == VEX_JOB)
        return file.id in set(tx.session.scalars(query))


@pytest.mark.parametrize(
    ("kind", "size", "expected"),
    [
        *(("", 9, True), ("", 100 << 20, False), ("vex", 9, True), ("VEX ", 100 << 20, True)),
        ("datasheet", 9, False),
    ],
)
def test_what_is_read(database: Database, stored: Stored, kind: str, size: int, *, expected: bool) -> None:
    metadata = {"kind": kind} if kind else {}
    assert attach(database, stored, stored.caller, size=size, **metadata) is expected


def test_documents_decide_for_those_who_may_decide(database: Database, stored: Stored) -> None:
    grants = {f"products/{stored.product_id}": frozenset(["files.create", "products.view"])}
    uploader = replace(stored.caller, grants=grants)
    assert not attach(database, stored, uploader)
    with pytest.raises(PermissionDenied) as denied:
        attach(database, stored, uploader, kind="vex")
    assert denied.value.permission == "findings.update"
    decider = replace(uploader, grants={key: value | {"findings.update"} for key, value in grants.items()})
    assert attach(database, stored, decider, kind="vex")


def test_what_came_of_it_stands_in_the_metadata(database: Database, stored: Stored) -> None:
    with database.begin() as tx:
        files = FileRepository(tx)
        image = stored.image.files[0]
        assert files.attachment(image.id) is None
        blob = StoredBlob(sha256="cd" * 32, size=9)
        given = Files(tx).attach(
            stored.caller, stored.product_id, stored.image.id, filename="x", blob=blob, metadata={"kind": "vex"}
        )
        files.note(given.id, "vex", "read: 3 statements")
    with database.read() as tx:
        found = FileRepository(tx).attachment(given.id)
    assert found is not None
    assert found.metadata == {"kind": "vex", "vex": "read: 3 statements"}
