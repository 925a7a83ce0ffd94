"""Dependencies as a grid, on both databases: rows, filters by every field, sorting, and whose they are."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.scanned_trees import BUSYBOX, LIBRARY, ROOT, SOFTWARE, finding, small_tree, store
from tests.support.stored import Stored, another_image, stored_image

from pellucid.domain.access import Caller
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.grid import Filter, GridPage, GridQuery, Sort
from pellucid.domain.roles import ROLES, RoleKey
from pellucid.domain.severity import Severity
from pellucid.errors import InvalidRequest
from pellucid.services.grids import Grids
from pellucid.services.products import Products
from pellucid.services.scans import Scans
from pellucid.storage.database import Database
from pellucid.storage.listings import dependencies
from pellucid.storage.listings.dependency_grid import ListedDependency
from pellucid.storage.repositories.findings import FindingRepository

GLIBC = replace(
    LIBRARY, vendor="debian", product="glibc", version="2.36-9", purl="pkg:deb/debian/glibc@2.36-9", places=()
)
WORST = finding("CVE-1", BUSYBOX, about=(SOFTWARE, LIBRARY), severity=Severity.CRITICAL, known_fixed_version="2")
MILD = finding("CVE-2", BUSYBOX, about=(LIBRARY,), severity=Severity.LOW, is_kev=True)
FIXED = finding("CVE-3", BUSYBOX, about=(LIBRARY,), severity=Severity.HIGH, known_fixed_version="3.1")
ELSEWHERE = finding("CVE-4", BUSYBOX)
FINDINGS = (WORST, MILD, FIXED, ELSEWHERE)


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    """An image with a finished scan: busybox, openssl and glibc."""
    stored = stored_image(database, tmp_path)
    store(database, stored.product_id, stored.image.scans[0].id, tree(SOFTWARE, LIBRARY, GLIBC), *FINDINGS)
    return stored


def tree(*dependencies: Dependency) -> Any:
    return replace(small_tree(), dependencies=dependencies)


def grid(database: Database, caller: Caller, *filters: tuple[str, str, Any], **more: Any) -> GridPage[ListedDependency]:
    wanted = [Filter(field=field, comparator=comparator, value=value) for field, comparator, value in filters]
    with database.read() as tx:
        return Grids(tx, caller).dependencies(GridQuery(filters=wanted, **more))


def names(database: Database, caller: Caller, *filters: tuple[str, str, Any], **more: Any) -> list[str]:
    page = grid(database, caller, *filters, **more)
    assert more or page.total == len(page.rows)
    return [row.product for row in page.rows]


def test_a_row_says_what_is_known_of_a_dependency(database: Database, stored: Stored) -> None:
    page = grid(database, stored.caller)
    busybox, openssl, glibc = page.rows
    assert page.total == 3
    assert (busybox.vendor, busybox.product, busybox.version) == ("busybox", "busybox", "1.36.1")
    assert (busybox.licence, busybox.linkage, busybox.scan_id) == (
        "GPL-2.0-only",
        Linkage.DIRECT,
        stored.image.scans[0].id,
    )
    assert [row.components for row in page.rows] == [1, 2, 0]
    assert [row.findings for row in page.rows] == [1, 3, 0]
    assert [row.fixable for row in page.rows] == [1, 2, 0]
    assert openssl.severities == {
        Severity.UNSPECIFIED: 0,
        Severity.LOW: 1,
        Severity.MEDIUM: 0,
        Severity.HIGH: 1,
        Severity.CRITICAL: 1,
    }
    assert set(glibc.severities.values()) == {0}


@pytest.mark.parametrize(
    ("field", "comparator", "value", "expected"),
    [
        ("vendor", "equals", "openssl", ["openssl"]),
        ("product", "contains", "B", ["busybox", "glibc"]),
        ("product", "notContains", ["busy", "glibc"], ["openssl"]),
        ("version", "in", ["1.36.1", "2.36-9"], ["busybox", "glibc"]),
        ("license", "contains", "gpl", ["busybox"]),
        ("licence", "equals", "", ["openssl", "glibc"]),
        ("linkage", "equals", "direct", ["busybox"]),
        ("purl", "contains", "pkg:deb/", ["openssl", "glibc"]),
        ("cpe", "contains", ":busybox:1.36.1", ["busybox"]),
        ("ecosystem", "equals", "Debian:12", ["openssl", "glibc"]),
        ("distro", "equals", "debian-12", ["openssl", "glibc"]),
        ("witness", "equals", "versionString", ["busybox"]),
        ("confidence", "between", [0.95, None], ["openssl", "glibc"]),
        ("componentsCount", "between", [1, None], ["busybox", "openssl"]),
        ("componentsCount", "equals", 0, ["glibc"]),
        ("severitiesAll", "equals", 0, ["glibc"]),
        ("severitiesAll", "between", [2, 3], ["openssl"]),
        ("severitiesCritical", "equals", 1, ["busybox", "openssl"]),
        ("severitiesHigh", "between", [1, None], ["openssl"]),
        ("severitiesMedium", "between", [1, None], []),
        ("severitiesLow", "between", [1, None], ["openssl"]),
        ("severitiesUnspecified", "equals", 0, ["busybox", "openssl", "glibc"]),
        ("hasKnownFix", "equals", True, ["busybox", "openssl"]),
        ("hasKnownFix", "equals", False, ["glibc"]),
        ("findingsWithKnownFixAll", "equals", 2, ["openssl"]),
        ("findingName", "contains", "cve-2", ["openssl"]),
        ("findingName", "notContains", "CVE-1", ["glibc"]),
        ("severity", "equals", ["critical", "medium"], ["busybox", "openssl"]),
        ("isKev", "equals", True, ["openssl"]),
        ("imageName", "equals", "router", ["busybox", "openssl", "glibc"]),
        ("imageVersion", "equals", "2", []),
        ("productName", "contains", "router", ["busybox", "openssl", "glibc"]),
    ],
)
def test_filters(
    *, database: Database, stored: Stored, field: str, comparator: str, value: Any, expected: Sequence[str]
) -> None:
    assert names(database, stored.caller, (field, comparator, value)) == expected


def test_by_what_has_an_id(database: Database, stored: Stored) -> None:
    caller, scan = stored.caller, stored.image.scans[0].id
    rows = grid(database, caller).rows
    for field in ("id", "dependencyId"):
        assert names(database, caller, (field, "equals", rows[1].id)) == ["openssl"]
    with database.read() as tx:
        ids = {row.finding_id: row.component.path for row in Grids(tx, caller).components(GridQuery()).rows}
    both = [finding_id for finding_id in ids if len(names(database, caller, ("findingId", "equals", finding_id))) == 2]
    assert len(both) == 1
    assert names(database, caller, ("productFindingId", "in", both)) == ["busybox", "openssl"]
    notes, busybox, folder = f"{scan}-7", f"{scan}-3", f"{scan.lower()}-2"
    assert names(database, caller, ("componentId", "equals", busybox)) == ["busybox", "openssl"]
    for comparator in ("equals", "contains", "in", "overlaps"):
        assert names(database, caller, ("componentId", comparator, [notes, folder])) == ["openssl"]
    assert names(database, caller, ("componentId", "notContains", notes)) == ["busybox", "glibc"]
    for field, value in (
        ("imageId", stored.image.id),
        ("productId", f"products/{stored.product_id}"),
        ("scanId", scan),
    ):
        assert len(names(database, caller, (field, "equals", value))) == 3
        assert names(database, caller, (field, "equals", "0" * 26)) == []


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("product", ["busybox", "glibc", "openssl"]),
        ("severitiesAll", ["glibc", "busybox", "openssl"]),
        ("severitiesCritical", ["glibc", "busybox", "openssl"]),
        ("findingsWithKnownFixAll", ["glibc", "busybox", "openssl"]),
        ("componentsCount", ["glibc", "busybox", "openssl"]),
        ("confidence", ["busybox", "openssl", "glibc"]),
        ("hasKnownFix", ["glibc", "busybox", "openssl"]),
        ("imageName", ["busybox", "openssl", "glibc"]),
    ],
)
def test_sorting(database: Database, stored: Stored, field: str, expected: Sequence[str]) -> None:
    assert names(database, stored.caller, sort=[Sort(field=field)]) == expected
    backwards = [Sort(field=field, descending=True), Sort(field="product")]
    first = {"confidence": "glibc", "hasKnownFix": "busybox", "imageName": "busybox", "severitiesCritical": "busybox"}
    assert names(database, stored.caller, sort=backwards)[0] == first.get(field, "openssl")


def test_filters_and_sorting_by_counts_at_once(database: Database, stored: Stored) -> None:
    wanted = ("severitiesAll", "between", [1, None]), ("componentsCount", "between", [1, None])
    sort = [Sort(field="severitiesHigh", descending=True), Sort(field="componentsCount")]
    assert names(database, stored.caller, *wanted, sort=sort) == ["openssl", "busybox"]
    assert names(database, stored.caller, *wanted, sort=sort, offset=1, size=1) == ["busybox"]


@pytest.mark.parametrize(
    ("field", "comparator", "value", "where", "what"),
    [
        ("colour", "equals", "x", "filters.0.field", "scanId, imageId"),
        ("componentId", "equals", "x", "filters.0.value", "must be the id of a component"),
        ("componentId", "equals", None, "filters.0.value", "must not be null for componentId"),
        ("componentId", "equals", f"{'0' * 26}-01", "filters.0.value", "must be the id of a component"),
        ("severitiesAll", "contains", 1, "filters.0.comparator", "between"),
        ("imageId", "equals", "x", "filters.0.value", "must be a ULID"),
    ],
)
def test_what_is_not_possible_says_what_is(
    *, database: Database, stored: Stored, field: str, comparator: str, value: Any, where: str, what: str
) -> None:
    with pytest.raises(InvalidRequest) as raised:
        grid(database, stored.caller, (field, comparator, value))
    assert raised.value.details[0].field == where
    assert what in raised.value.details[0].reason


def test_refused_filters_are_counted_as_they_were_sent(database: Database, stored: Stored) -> None:
    with pytest.raises(InvalidRequest) as raised:
        grid(database, stored.caller, ("product", "equals", "x"), ("imageId", "equals", "x"))
    assert raised.value.details[0].field == "filters.1.value"


def test_nothing_to_sort_by(database: Database, stored: Stored) -> None:
    with pytest.raises(InvalidRequest, match="nothing to sort by"):
        grid(database, stored.caller, sort=[Sort(field="findingId")])


def test_the_newest_scan_of_each_image_counts_unless_an_older_one_is_named(database: Database, stored: Stored) -> None:
    caller, first = stored.caller, stored.image.scans[0].id
    old = grid(database, caller).rows[0]
    with database.begin() as tx:
        second = Scans(tx).start(caller, stored.product_id, stored.image.id).id
    assert len(names(database, caller)) == 3
    store(database, stored.product_id, second, tree(GLIBC))
    assert names(database, caller) == ["glibc"]
    assert names(database, caller, ("scanId", "equals", first)) == ["busybox", "openssl", "glibc"]
    assert names(database, caller, ("id", "equals", old.id)) == ["busybox"]
    assert names(database, caller, ("componentId", "equals", f"{first}-7")) == ["openssl"]
    other = another_image(database, caller, stored.product_id, version="2")
    store(database, stored.product_id, other.scans[0].id, tree(LIBRARY))
    assert sorted(names(database, caller)) == ["glibc", "openssl"]


def test_more_scans_than_can_be_named_one_by_one(
    database: Database, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = another_image(database, stored.caller, stored.product_id, version="2")
    store(database, stored.product_id, other.scans[0].id, tree(LIBRARY), MILD)
    for most in (0, 1, 2):
        monkeypatch.setattr(dependencies, "MOST_SCANS", most)
        assert grid(database, stored.caller).total == 4
        wanted = ("severitiesAll", "between", [1, None]), ("imageVersion", "equals", "2")
        assert names(database, stored.caller, *wanted, sort=[Sort(field="componentsCount")]) == ["openssl"]
        assert names(database, stored.caller, ("imageVersion", "equals", "3")) == []


def test_findings_are_those_of_the_scan(database: Database, stored: Stored) -> None:
    """Of two versions of an image with the same software, each has what was found in it."""
    other = another_image(database, stored.caller, stored.product_id, version="2")
    store(database, stored.product_id, other.scans[0].id, tree(LIBRARY), MILD)
    (row,) = grid(database, stored.caller, ("imageId", "equals", other.id)).rows
    assert (row.findings, row.severities[Severity.LOW]) == (1, 1)
    with database.begin() as tx:
        FindingRepository(tx).store(stored.product_id, other.scans[0].id, [MILD, FIXED])
    (row,) = grid(database, stored.caller, ("imageId", "equals", other.id)).rows
    assert (row.findings, row.fixable) == (2, 1)


def test_a_caller_sees_its_products_alone(database: Database, stored: Stored) -> None:
    with database.begin() as tx:
        hidden = Products(tx).create(stored.caller, "hidden").id
    other = another_image(database, stored.caller, hidden, version="9")
    store(database, hidden, other.scans[0].id, tree(GLIBC))
    reader = ROLES[RoleKey.READ_ONLY].permissions
    one = Caller(user=stored.caller.user, org=stored.caller.org, grants={f"products/{stored.product_id}": reader})
    nobody = Caller(user=stored.caller.user, org=stored.caller.org)
    row = grid(database, stored.caller, ("productId", "equals", hidden)).rows[0]
    assert grid(database, stored.caller).total == 4
    assert grid(database, one).total == 3
    for field, value in (("id", row.id), ("scanId", row.scan_id), ("componentId", f"{row.scan_id}-3")):
        assert names(database, one, (field, "equals", value)) == []
    assert names(database, nobody) == []


def test_one_place_of_a_shared_path(database: Database, tmp_path: Path) -> None:
    """A place counts once, however often a dependency was seen in it."""
    stored = stored_image(database, tmp_path)
    twice = replace(SOFTWARE, evidence=SOFTWARE.evidence * 2, places=(BUSYBOX, BUSYBOX, ROOT))
    store(database, stored.product_id, stored.image.scans[0].id, tree(twice))
    assert grid(database, stored.caller).rows[0].components == 2
