"""Charts on both databases: what counts once, what counts every time, and whose it is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.scanned_trees import BUSYBOX, LIBRARY, ROOT, SOFTWARE, finding, small_tree, store
from tests.support.stored import Stored, another_image, stored_image

from pellucid.domain.access import Caller
from pellucid.domain.dependency import Dependency
from pellucid.domain.grid import ChartQuery, Counting, Filter
from pellucid.domain.severity import Severity
from pellucid.errors import InvalidRequest
from pellucid.services import charts
from pellucid.services.charts import Charts
from pellucid.services.products import Products
from pellucid.storage.database import Database

NEWER = replace(LIBRARY, version="3.1.0-1", purl="pkg:deb/debian/openssl@3.1.0-1")
NOTES = f"{ROOT}!notes.txt"


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    """Two images of one product and one of another, with busybox in all, two versions of openssl, and a key."""
    stored = stored_image(database, tmp_path)
    scan(database, stored.product_id, stored.image.scans[0].id, SOFTWARE, LIBRARY)
    second = another_image(database, stored.caller, stored.product_id, version="2")
    scan(database, stored.product_id, second.scans[0].id, SOFTWARE, NEWER)
    with database.begin() as tx:
        other = Products(tx).create(stored.caller, "other").id
    third = another_image(database, stored.caller, other, version="3")
    scan(database, other, third.scans[0].id, SOFTWARE, critical=True)
    return stored


def scan(database: Database, product_id: str, scan_id: str, *dependencies: Dependency, critical: bool = False) -> None:
    findings = [finding("key", NOTES), finding("note", NOTES)]
    if critical:
        findings.append(finding("CVE-1", BUSYBOX, severity=Severity.CRITICAL, about=dependencies))
    store(database, product_id, scan_id, replace(small_tree(), dependencies=dependencies), *findings)


def chart(
    database: Database, caller: Caller, what: str, *fields: str, filters: Any = (), counting: Counting = Counting.ALL
) -> list[tuple[Any, ...]]:
    """Values and count of each row."""
    wanted = [Filter(field=field, comparator=comparator, value=value) for field, comparator, value in filters]
    query = ChartQuery(fields=fields, filters=wanted, counting=counting)
    with database.read() as tx:
        rows = getattr(Charts(tx, caller), what)(query)
    assert all(list(row.values) == list(fields) for row in rows)
    return [(*row.values.values(), row.count) for row in rows]


def test_every_dependency_of_every_image_counts(database: Database, stored: Stored) -> None:
    caller = stored.caller
    assert chart(database, caller, "dependencies", "product") == [("busybox", 3), ("openssl", 2)]
    assert chart(database, caller, "dependencies", "version", "product") == [
        ("1.36.1", "busybox", 3),
        ("3.0.11-1", "openssl", 1),
        ("3.1.0-1", "openssl", 1),
    ]
    by_product = chart(database, caller, "dependencies", "productId")
    assert [count for _, count in by_product] == [4, 1]
    assert by_product[0][0] == stored.product_id
    assert chart(database, caller, "dependencies") == [(5,)]


def test_distinct_dependencies_count_once(database: Database, stored: Stored) -> None:
    def distinct(*fields: str, **more: Any) -> list[tuple[Any, ...]]:
        return chart(database, stored.caller, "dependencies", *fields, counting=Counting.DISTINCT, **more)

    assert distinct("product") == [("openssl", 2), ("busybox", 1)]
    assert [count for _, count in distinct("productId")] == [3, 1]
    assert distinct() == [(3,)]
    assert distinct(filters=[("product", "equals", "busybox")]) == [(1,)]


def test_dependencies_are_filtered_as_in_the_grid(database: Database, stored: Stored) -> None:
    def product(*condition: Any) -> list[tuple[Any, ...]]:
        return chart(database, stored.caller, "dependencies", "product", filters=[condition])

    assert product("imageId", "equals", stored.image.id) == [("busybox", 1), ("openssl", 1)]
    assert product("severitiesCritical", "between", [1, None]) == [("busybox", 1)]
    assert product("componentsCount", "equals", 2) == [("openssl", 2)]
    assert product("severity", "equals", "critical") == [("busybox", 1)]
    assert product("product", "equals", "x") == []
    with pytest.raises(InvalidRequest, match="is not a field"):
        product("colour", "equals", "red")


def test_a_chart_has_an_end(database: Database, stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "MOST_ROWS", 1)
    assert chart(database, stored.caller, "dependencies", "product") == [("busybox", 3)]


def test_components_are_software_and_what_findings_occur_in(database: Database, stored: Stored) -> None:
    """Each image has one program; the notes, which are none, have two findings."""
    assert chart(database, stored.caller, "components", "hasFindings") == [("true", 4), ("false", 2)]
    assert chart(database, stored.caller, "components") == [(6,)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("kind", "equals", "executable"), [("false", 2), ("true", 1)]),
        (("kind", "equals", "text"), [("true", 3)]),
        (("path", "contains", "bin/"), [("false", 2), ("true", 1)]),
        (("containerPath", "contains", "squashfs"), [("false", 2), ("true", 1)]),
        (("severity", "equals", "critical"), [("true", 1)]),
        (("findingName", "equals", "key"), [("true", 3)]),
        (("architecture", "equals", "arm"), [("false", 2), ("true", 1)]),
        (("name", "equals", "nothing"), []),
    ],
)
def test_components_by_what_they_are(database: Database, stored: Stored, condition: Any, expected: Any) -> None:
    assert chart(database, stored.caller, "components", "hasFindings", filters=[condition]) == expected


def test_components_of_one_scan(database: Database, stored: Stored) -> None:
    for field, value in (("imageId", stored.image.id), ("scanId", stored.image.scans[0].id)):
        rows = chart(database, stored.caller, "components", "hasFindings", filters=[(field, "equals", value)])
        assert rows == [("true", 1), ("false", 1)]
    product = chart(database, stored.caller, "components", filters=[("productId", "equals", stored.product_id)])
    assert product == [(4,)]


def test_strangers_count_nothing(database: Database, stored: Stored) -> None:
    nobody = Caller(user=stored.caller.user, org=stored.caller.org)
    scan_id = stored.image.scans[0].id
    for filters in ((), [("scanId", "equals", scan_id)]):
        assert chart(database, nobody, "dependencies", "product", filters=filters) == []
        assert chart(database, nobody, "dependencies", filters=filters) == [(0,)]
        assert chart(database, nobody, "components", "hasFindings", filters=filters) == []
        assert chart(database, nobody, "components", filters=filters) == [(0,)]
