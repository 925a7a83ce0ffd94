"""Bills of stored scans: what the scan said, with the names that the server knows."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.scanned_trees import BUSYBOX, LIBRARY, ROOT, SOFTWARE, small_tree, store
from tests.support.stored import Stored, stored_image

import pellucid
from pellucid.domain.bill import Subject, bill_of
from pellucid.domain.link import Link, LinkKind
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.scan import ScanStateType
from pellucid.errors import NotReady
from pellucid.reports.bill_document import FORMATS, bill_document
from pellucid.services.bills import Bills
from pellucid.services.scans import Scans
from pellucid.storage.database import Database
from pellucid.storage.repositories.scans import ScanRepository

RESULT = replace(
    small_tree(),
    links=(Link(source=f"{ROOT}!notes.txt", target=BUSYBOX, kind=LinkKind.CALLS),),
    problems=(
        Problem(unit="squashfs", kind=ProblemKind.TRUNCATED, message="cut", artefact=f"{ROOT}!0x40.squashfs"),
        Problem(unit="known_vulnerabilities", kind=ProblemKind.CRASH, message="no advisory"),
    ),
)


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    return stored_image(database, tmp_path)


def test_a_stored_scan_gives_the_bill_that_it_gave_at_once(database: Database, stored: Stored) -> None:
    store(database, stored.product_id, stored.image.scans[0].id, RESULT)
    with database.read() as tx:
        bill = Bills(tx).get(stored.caller, stored.product_id, stored.image.id)
    assert (bill.image_name, bill.image_version, bill.author) == ("router", "1", stored.caller.org.name)
    assert bill.product.startswith("router ")
    assert (bill.file_name, bill.file_size, bill.file_sha256) == ("router.bin", 7, "ab" * 32)
    assert bill.dependencies == (SOFTWARE, LIBRARY)
    expected = bill_of(RESULT, tool_version=pellucid.__version__)
    assert expected.coverage.problems == {("squashfs", ProblemKind.TRUNCATED): 1}
    assert expected.subject is Subject.FIRMWARE
    names = {
        name: getattr(bill, name)
        for name in (
            *("image_name", "file_name", "file_size", "file_sha256", "created"),
            *("product", "author", "image_version"),
        )
    }
    assert bill == replace(expected, **names)


@pytest.mark.parametrize("format_", FORMATS)
def test_documents_are_the_same_every_time(database: Database, stored: Stored, format_: str) -> None:
    store(database, stored.product_id, stored.image.scans[0].id, RESULT)
    documents = set()
    for _ in range(2):
        with database.read() as tx:
            documents.add(bill_document(Bills(tx).get(stored.caller, stored.product_id, stored.image.id), format_))
    (document,) = documents
    assert "busybox" in document


def test_the_newest_finished_scan_counts(database: Database, stored: Stored) -> None:
    def products() -> list[str]:
        with database.read() as tx:
            bill = Bills(tx).get(stored.caller, stored.product_id, stored.image.id)
        return [item.product for item in bill.dependencies]

    with pytest.raises(NotReady, match="not finished yet"):
        products()
    store(database, stored.product_id, stored.image.scans[0].id, RESULT)
    with database.begin() as tx:
        second = Scans(tx).start(stored.caller, stored.product_id, stored.image.id).id
    assert products() == ["busybox", "openssl"]
    store(database, stored.product_id, second, replace(RESULT, dependencies=(LIBRARY,)))
    assert products() == ["openssl"]


@pytest.mark.parametrize("end", [ScanStateType.FAILED, ScanStateType.CANCELLED])
def test_without_a_finished_scan_there_is_none(database: Database, stored: Stored, end: ScanStateType) -> None:
    with database.begin() as tx:
        ScanRepository(tx).enter(stored.image.scans[0].id, end)
    with database.read() as tx, pytest.raises(NotReady, match="start one"):
        Bills(tx).get(stored.caller, stored.product_id, stored.image.id)
