"""Grids on both databases: every comparator, sorting, pages, and what a caller may see."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from tests.support.scanned_trees import BUSYBOX, ROOT, finding, sha, small_tree, store
from tests.support.stored import Stored, another_image, stored_image

from pellucid.domain.access import Caller
from pellucid.domain.file import File, StoredBlob
from pellucid.domain.grid import Filter, GridQuery, Sort
from pellucid.domain.roles import ROLES, RoleKey
from pellucid.errors import InvalidRequest
from pellucid.services.files import Files
from pellucid.services.grids import Grids
from pellucid.services.products import Products
from pellucid.services.scans import Scans
from pellucid.storage.database import Database
from pellucid.storage.listings.component_grid import ComponentWithFinding
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.rows.file import FileRow

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    return stored_image(database, tmp_path)


@pytest.fixture
def three(database: Database, stored: Stored) -> Sequence[File]:
    """The image's file and two attachments, a day apart."""
    with database.begin() as tx:
        service = Files(tx)
        for name, size in (("100%_data.PDF", 20), ("notes.txt", 3)):
            blob = StoredBlob(sha256=f"{size:064x}", size=size)
            service.attach(stored.caller, stored.product_id, stored.image.id, filename=name, blob=blob)
        # Ids of one millisecond have no order.
        order = ("router.bin", "100%_data.PDF", "notes.txt")
        found = service.list(stored.product_id, stored.image.id)
        files = sorted(found, key=lambda file: order.index(file.filename))
        for day, file in enumerate(files):
            tx.session.execute(
                update(FileRow).where(FileRow.id == file.id).values(create_time=START + timedelta(days=day))
            )
    return files


def names(database: Database, caller: Caller, *filters: tuple[str, str, Any], **more: Any) -> list[str]:
    """Names of the files that a grid shows."""
    wanted = [Filter(field=field, comparator=comparator, value=value) for field, comparator, value in filters]
    with database.read() as tx:
        page = Grids(tx, caller).files(GridQuery(filters=wanted, **more))
    assert page.total >= len(page.rows)
    return [file.filename for file in page.rows]


@pytest.mark.parametrize(
    ("field", "comparator", "value", "expected"),
    [
        ("filename", "equals", "notes.txt", ["notes.txt"]),
        ("filename", "equals", "Notes.txt", []),
        ("filename", "equals", ["notes.txt", "x"], ["notes.txt"]),
        ("filename", "equals", None, []),
        ("filename", "contains", "DATA.pdf", ["100%_data.PDF"]),
        ("filename", "contains", "0%_d", ["100%_data.PDF"]),
        ("filename", "contains", "o_e", []),
        ("filename", "contains", ["data", "note"], ["notes.txt", "100%_data.PDF"]),
        ("filename", "notContains", "%", ["notes.txt", "router.bin"]),
        ("filename", "in", ["router.bin", "notes.txt"], ["notes.txt", "router.bin"]),
        ("filename", "in", [], []),
        ("filename", "overlaps", ["router.bin"], ["router.bin"]),
        ("isAttachment", "equals", True, ["notes.txt", "100%_data.PDF"]),
        ("isAttachment", "equals", "false", ["router.bin"]),
        ("size", "equals", 7, ["router.bin"]),
        ("size", "between", [3, 7], ["notes.txt", "router.bin"]),
        ("size", "between", [None, 6.5], ["notes.txt"]),
        ("size", "between", [7, None], ["100%_data.PDF", "router.bin"]),
        ("createTime", "between", ["2026-01-02", "2026-01-02T00:00:00Z"], ["100%_data.PDF"]),
        ("createTime", "between", ["2026-01-02T01:00:00+02:00", None], ["notes.txt", "100%_data.PDF"]),
        ("createTime", "equals", "2026-01-01T00:00:00Z", ["router.bin"]),
        ("sha256", "in", [f"{3:064x}", f"{20:064x}"], ["notes.txt", "100%_data.PDF"]),
        ("author", "contains", "service-account", ["notes.txt", "100%_data.PDF", "router.bin"]),
        ("imageVersion", "equals", "1", ["notes.txt", "100%_data.PDF", "router.bin"]),
    ],
)
def test_every_comparator(
    *, database: Database, stored: Stored, three: Sequence[File], field: str, comparator: str, value: Any, expected: Any
) -> None:
    assert names(database, stored.caller, (field, comparator, value)) == expected


def test_fields_of_many_values(database: Database, stored: Stored, three: Sequence[File]) -> None:
    with database.begin() as tx:
        second = Scans(tx).start(stored.caller, stored.product_id, stored.image.id).id
    first, unknown = stored.image.scans[0].id, "0" * 26
    for comparator in ("equals", "contains", "overlaps", "in"):
        assert names(database, stored.caller, ("scanId", comparator, [second, unknown])) == ["router.bin"]
    assert names(database, stored.caller, ("scanId", "equals", first), ("scanId", "equals", second)) == ["router.bin"]
    assert names(database, stored.caller, ("scanId", "notContains", second)) == ["notes.txt", "100%_data.PDF"]
    with pytest.raises(InvalidRequest, match="nothing to sort by"):
        names(database, stored.caller, sort=[Sort(field="scanId")])


def test_ids_in_both_spellings(database: Database, stored: Stored, three: Sequence[File]) -> None:
    for spelling in (stored.product_id, f"products/{stored.product_id}", stored.product_id.lower()):
        assert len(names(database, stored.caller, ("productId", "equals", spelling))) == 3
    assert len(names(database, stored.caller, ("imageId", "in", [stored.image.id]), ("id", "equals", three[0].id))) == 1


def test_sorting_and_pages(database: Database, stored: Stored, three: Sequence[File]) -> None:
    caller = stored.caller
    assert names(database, caller, sort=[Sort(field="size")]) == ["notes.txt", "router.bin", "100%_data.PDF"]
    both = [Sort(field="isAttachment"), Sort(field="size", descending=True)]
    assert names(database, caller, sort=both) == ["router.bin", "100%_data.PDF", "notes.txt"]
    pages = [names(database, caller, offset=offset, size=2) for offset in (0, 2, 4)]
    assert pages == [["notes.txt", "100%_data.PDF"], ["router.bin"], []]
    with database.read() as tx:
        assert Grids(tx, caller).files(GridQuery(size=0)).total == 3


@pytest.mark.parametrize(
    ("field", "comparator", "value", "where", "what"),
    [
        ("colour", "equals", "red", "filters.0.field", "'colour' is not a field of this grid: id, productId,"),
        ("filename", "like", "x", "filters.0.comparator", "'like' is not possible for filename: equals, contains, in,"),
        ("filename", "between", ["a", "b"], "filters.0.comparator", "equals, contains, in, notContains, overlaps"),
        ("isAttachment", "contains", "t", "filters.0.comparator", "'contains' is not possible for isAttachment"),
        ("filename", "equals", 5, "filters.0.value", "must be a text"),
        ("filename", "contains", "a\0", "filters.0.value", "must not contain NUL"),
        ("filename", "contains", "\ud800", "filters.0.value", "must not contain NUL or half characters"),
        ("filename", "contains", None, "filters.0.value", "must not be null"),
        ("filename", "in", "a", "filters.0.value", "must be a list"),
        ("filename", "in", ["a"] * 501, "filters.0.value", "has 501 values"),
        ("imageId", "equals", "42", "filters.0.value", "must be a ULID"),
        ("isAttachment", "equals", 1, "filters.0.value", "must be true or false"),
        ("size", "equals", "7", "filters.0.value", "must be a number"),
        ("size", "equals", True, "filters.0.value", "must be a number"),
        ("size", "equals", float("nan"), "filters.0.value", "must be a number"),
        ("size", "equals", 1 << 64, "filters.0.value", "must lie between"),
        ("size", "between", [1], "filters.0.value", "must be a list of two bounds"),
        ("size", "between", [None, None], "filters.0.value", "must be a list of two bounds"),
        ("createTime", "equals", "yesterday", "filters.0.value", "must be a time such as"),
        ("createTime", "equals", "0001-01-01T00:00:00+14:00", "filters.0.value", "must be a time such as"),
    ],
)
def test_what_is_not_possible_says_what_is(
    *, database: Database, stored: Stored, field: str, comparator: str, value: Any, where: str, what: str
) -> None:
    with pytest.raises(InvalidRequest) as raised:
        names(database, stored.caller, (field, comparator, value))
    assert raised.value.details[0].field == where
    assert what in raised.value.details[0].reason
    assert what in raised.value.message


def test_a_caller_sees_its_products_alone(database: Database, stored: Stored, three: Sequence[File]) -> None:
    with database.begin() as tx:
        hidden = Products(tx).create(stored.caller, "hidden").id
    another_image(database, stored.caller, hidden, version="9")
    reader = ROLES[RoleKey.READ_ONLY].permissions
    one = Caller(user=stored.caller.user, org=stored.caller.org, grants={f"products/{stored.product_id}": reader})
    nothing = Caller(user=stored.caller.user, org=stored.caller.org)
    assert len(names(database, stored.caller)) == 4
    assert len(names(database, one)) == 3
    assert names(database, one, ("productId", "equals", hidden)) == []
    assert names(database, nothing) == []


def components(database: Database, caller: Caller, *filters: tuple[str, str, Any], **more: Any) -> list[str]:
    """Paths of the components that a grid shows, with their findings' names kept apart by the caller."""
    return [row.component.path for row in component_rows(database, caller, *filters, **more)]


def component_rows(
    database: Database, caller: Caller, *filters: tuple[str, str, Any], **more: Any
) -> Sequence[ComponentWithFinding]:
    wanted = [Filter(field=field, comparator=comparator, value=value) for field, comparator, value in filters]
    with database.read() as tx:
        return Grids(tx, caller).components(GridQuery(filters=wanted, **more)).rows


NOTES = f"{ROOT}!notes.txt"


def test_components_are_those_in_which_findings_occur(database: Database, stored: Stored) -> None:
    scan = stored.image.scans[0].id
    seen = finding("CVE-1", BUSYBOX, BUSYBOX, NOTES), finding("CVE-2", BUSYBOX, "elsewhere")
    store(database, stored.product_id, scan, small_tree(), *seen)
    caller = stored.caller
    rows = component_rows(database, caller)
    assert [(row.component.number, row.component.kind) for row in rows] == [
        (3, "executable"),
        (3, "executable"),
        (7, "text"),
    ]
    busybox = next(row for row in rows if row.component.number == 3)
    assert busybox.component.header == {}
    assert (busybox.component.architecture, busybox.component.mode) == ("arm", 0o4755)
    by_finding = components(database, caller, ("findingName", "equals", "CVE-1"))
    assert by_finding == ["bin/busybox", "notes.txt"]
    (first,) = {row.finding_id for row in rows if row.component.number == 7}
    for field in ("findingId", "productFindingId"):
        assert components(database, caller, (field, "equals", first)) == by_finding
    assert components(database, caller, ("findingId", "in", ["0" * 26])) == []


@pytest.mark.parametrize(
    ("field", "comparator", "value"),
    [
        ("name", "equals", "busybox"),
        ("path", "equals", "bin/busybox"),
        ("containerPath", "contains", "0X40.SQUASHFS"),
        ("kind", "equals", "executable"),
        ("format", "in", ["elf"]),
        ("sha256", "equals", sha(3)),
        ("size", "between", [500, 500]),
        ("architecture", "equals", "arm"),
    ],
)
def test_components_by_what_they_are(
    database: Database, stored: Stored, field: str, comparator: str, value: Any
) -> None:
    scan = stored.image.scans[0].id
    store(database, stored.product_id, scan, small_tree(), finding("CVE-1", BUSYBOX, NOTES))
    assert components(database, stored.caller, (field, comparator, value)) == ["bin/busybox"]
    assert components(database, stored.caller, sort=[Sort(field=field, descending=True)], size=1) == (
        ["notes.txt"] if field in ("name", "path", "kind", "format", "sha256") else ["bin/busybox"]
    )


def test_components_of_the_newest_scan_unless_an_older_one_is_named(database: Database, stored: Stored) -> None:
    caller, first = stored.caller, stored.image.scans[0].id
    store(database, stored.product_id, first, small_tree(), finding("CVE-1", BUSYBOX))
    with database.begin() as tx:
        second = Scans(tx).start(caller, stored.product_id, stored.image.id).id
    assert len(components(database, caller)) == 1
    store(database, stored.product_id, second, small_tree(), finding("CVE-1", NOTES))
    assert components(database, caller) == ["notes.txt"]
    assert components(database, caller, ("scanId", "equals", first)) == ["bin/busybox"]
    assert components(database, caller, ("componentId", "equals", f"{first}-3")) == ["bin/busybox"]
    nobody = Caller(user=caller.user, org=caller.org)
    assert components(database, nobody, ("scanId", "equals", first)) == []


def test_judging_again_places_new_findings(database: Database, stored: Stored) -> None:
    scan = stored.image.scans[0].id
    store(database, stored.product_id, scan, small_tree(), finding("CVE-1", BUSYBOX))
    with database.begin() as tx:
        for _ in range(2):
            FindingRepository(tx).store(stored.product_id, scan, [finding("CVE-1", BUSYBOX), finding("CVE-2", NOTES)])
    assert components(database, stored.caller) == ["bin/busybox", "notes.txt"]
