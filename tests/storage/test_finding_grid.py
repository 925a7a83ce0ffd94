"""Findings as a grid, on both databases: filters by every field, sorting, comparing two images, whose they are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.judged import HOLE, judged
from tests.support.listed_findings import NOTES, WORST, comparing, grid, names, three_findings
from tests.support.scanned_trees import BUSYBOX, LIBRARY, SOFTWARE, small_tree, store
from tests.support.stored import Stored, another_image

from pellucid.domain.access import Caller
from pellucid.domain.finding import Predicate
from pellucid.domain.grid import GridQuery, Sort
from pellucid.domain.product_finding import Part
from pellucid.domain.roles import ROLES, RoleKey
from pellucid.domain.severity import Severity
from pellucid.errors import InvalidRequest
from pellucid.services.grids import Grids
from pellucid.services.products import Products
from pellucid.storage.database import Database


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    return three_findings(database, tmp_path)


def test_a_row_says_what_is_known_of_a_finding(database: Database, stored: Stored) -> None:
    page = grid(database, stored.caller)
    worst, secret, mild = page.rows
    assert page.total == 3
    assert (worst.name, worst.severity, worst.status, worst.tool) == ("CVE-1", Severity.CRITICAL, "new", "pellucid")
    assert worst.predicates == (Predicate.KEV, Predicate.RANSOMWARE, Predicate.POC)
    assert (worst.cvss_score, worst.epss, worst.maturity, worst.risk) == (9.8, 0.9, 9.5, 0.9)
    assert (worst.is_reachable, worst.known_fixed_version, worst.ssvc_decision) == (True, "1.37", "act")
    assert worst.vulnerability is not None
    assert (worst.vulnerability.name, worst.identifiers) == ("CVE-1", (("cve", "CVE-1"),))
    assert [image.id for image in worst.images] == [stored.image.id]
    assert worst.seen is not None
    assert (worst.seen.scan_id, worst.seen.image_id) == (stored.image.scans[0].id, stored.image.id)
    assert [item.name for item in worst.seen.components] == ["busybox"]
    assert worst.seen.software is not None
    assert (worst.seen.software.product, worst.seen.software.components) == ("busybox", 1)
    assert mild.seen is not None
    assert mild.seen.software is not None
    assert (mild.seen.software.product, mild.seen.software.components) == ("openssl", 2)
    assert (secret.vulnerability, secret.vulnerability_id, secret.subtype) == (None, "", "key")


@pytest.mark.parametrize(
    ("field", "comparator", "value", "expected"),
    [
        ("name", "equals", "CVE-2", ["CVE-2"]),
        ("name", "contains", "cve", ["CVE-1", "CVE-2"]),
        ("name", "notContains", ["cve-1", "KEY"], ["CVE-2"]),
        ("displayName", "contains", "openssl", ["CVE-2"]),
        ("severity", "equals", "critical", ["CVE-1"]),
        ("severity", "in", ["CRITICAL", "low"], ["CVE-1", "CVE-2"]),
        ("severity", "equals", "informational", []),
        ("severity", "equals", "none", []),
        ("findingStatus", "equals", "new", ["CVE-1", "a key", "CVE-2"]),
        ("issueStatus", "in", ["inProgress", "rejected"], []),
        ("findingType", "equals", "secret", ["a key"]),
        ("type", "overlaps", ["secret"], ["a key"]),
        ("findingSubtype", "equals", "key", ["a key"]),
        ("class", "equals", "secret", ["a key"]),
        ("toolName", "equals", "other", ["a key"]),
        ("description", "contains", "100% OF_it", ["CVE-2"]),
        ("description", "contains", "100%%", []),
        ("description", "notContains", "100%", ["CVE-1", "a key"]),
        ("componentName", "equals", "busybox", ["CVE-1"]),
        ("componentNames", "contains", "NOTES", ["CVE-2"]),
        ("dependencyName", "equals", "openssl", ["CVE-2"]),
        ("dependencyVendor", "contains", "busy", ["CVE-1"]),
        ("dependencyVersion", "equals", "1.36.1", ["CVE-1"]),
        ("vulnId", "equals", "CVE-1", ["CVE-1"]),
        ("vulnId", "equals", "", ["a key"]),
        ("hasKnownFix", "equals", True, ["CVE-1"]),
        ("knownFixedVersion", "equals", "1.37", ["CVE-1"]),
        ("isKev", "equals", "true", ["CVE-1"]),
        ("isKnownRansomwareUse", "equals", False, ["a key", "CVE-2"]),
        ("exploitabilityPredicates", "overlaps", ["kev", "publicExploit"], ["CVE-1"]),
        ("exploitabilityPredicates", "contains", "publicPoc", ["CVE-1"]),
        ("exploitabilityPredicates", "notContains", "ransomware", ["a key", "CVE-2"]),
        ("exploitabilityPredicates", "equals", "publicExploit", []),
        ("cvssLatestBaseScore", "between", [9, None], ["CVE-1"]),
        ("cvssLatestBaseScore", "equals", None, ["a key", "CVE-2"]),
        ("epssProbability", "between", [0.5, 1], ["CVE-1"]),
        ("emsScore", "between", [None, 5], ["CVE-2"]),
        ("emsScore", "equals", None, ["a key"]),
        ("riskScore", "between", [0.05, 0.5], ["CVE-2"]),
        ("ssvcDecision", "equals", "act", ["CVE-1"]),
        ("confidence", "between", [0.9, 1], ["a key", "CVE-2"]),
        ("isReachable", "equals", True, ["CVE-1"]),
        ("isConditional", "equals", True, ["CVE-2"]),
        ("hasJiraTicket", "equals", True, []),
        ("isEstimatedEpss", "equals", False, ["CVE-1", "a key", "CVE-2"]),
        ("productName", "contains", "ROUTER", ["CVE-1", "a key", "CVE-2"]),
        ("imageName", "equals", "router", ["CVE-1", "a key", "CVE-2"]),
        ("imageVersion", "equals", "2", []),
        ("createTime", "between", ["2026-01-01", None], ["CVE-1", "a key", "CVE-2"]),
        ("createTime", "between", [None, "2026-01-01"], []),
    ],
)
def test_filters(
    *, database: Database, stored: Stored, field: str, comparator: str, value: Any, expected: Sequence[str]
) -> None:
    assert names(database, stored.caller, (field, comparator, value)) == expected


def test_by_what_has_an_id(database: Database, stored: Stored) -> None:
    caller, scan = stored.caller, stored.image.scans[0].id
    worst, _, mild = grid(database, caller).rows
    for field in ("id", "findingId", "productFindingId"):
        assert names(database, caller, (field, "in", [mild.id])) == ["CVE-2"]
    assert mild.seen is not None
    assert mild.seen.software is not None
    assert names(database, caller, ("dependencyId", "equals", mild.seen.software.id)) == ["CVE-2"]
    for comparator in ("equals", "contains", "in", "overlaps"):
        assert names(database, caller, ("componentId", comparator, [f"{scan}-3", f"{scan}-7"])) == ["CVE-1", "CVE-2"]
    for field, value in (
        ("imageId", stored.image.id),
        ("productId", f"products/{stored.product_id}"),
        ("scanId", scan),
    ):
        assert len(names(database, caller, (field, "equals", value))) == 3
        assert names(database, caller, (field, "equals", "0" * 26)) == []
    assert names(database, caller, ("id", "equals", worst.id), ("severity", "equals", "low")) == []


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("severity", ["CVE-2", "a key", "CVE-1"]),
        ("name", ["CVE-1", "CVE-2", "a key"]),
        ("cvssLatestBaseScore", ["CVE-1", "CVE-2", "a key"]),
        ("epssProbability", ["CVE-1", "CVE-2", "a key"]),
        ("emsScore", ["CVE-2", "CVE-1", "a key"]),
        ("riskScore", ["a key", "CVE-2", "CVE-1"]),
        ("productName", ["CVE-1", "CVE-2", "a key"]),
    ],
)
def test_sorting(database: Database, stored: Stored, field: str, expected: Sequence[str]) -> None:
    then = Sort(field="name")
    assert names(database, stored.caller, sort=[Sort(field=field), then]) == expected
    first = names(database, stored.caller, sort=[Sort(field=field, descending=True), then])[0]
    assert first == {"name": "a key"}.get(field, "CVE-1")


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        (("weight", "equals", 1), "is not a field"),
        (("severity", "between", [1, 2]), "equals, in, overlaps"),
        (("severity", "equals", "awful"), "unspecified, low, medium"),
        (("findingStatus", "equals", "done"), "in progress"),
        (("exploitabilityPredicates", "overlaps", ["x"]), "weaponizedExploit"),
        (("compareSide", "equals", "left"), "compareLeftImageId"),
        (("comparison.status", "equals", "found"), "compareLeftImageId"),
        (("compareLeftImageId", "equals", "0" * 26), "only together"),
        (("emsScore", "equals", "high"), "must be a number"),
    ],
)
def test_what_is_not_possible_says_what_would_be(
    database: Database, stored: Stored, wanted: tuple[str, str, Any], word: str
) -> None:
    with pytest.raises(InvalidRequest, match=word):
        grid(database, stored.caller, wanted)


def test_what_has_many_values_is_nothing_to_sort_by(database: Database, stored: Stored) -> None:
    for field in ("exploitabilityPredicates", "componentNames", "imageId"):
        with pytest.raises(InvalidRequest, match="nothing to sort by"):
            grid(database, stored.caller, sort=[Sort(field=field)])


def test_only_what_is_asked_for_is_loaded(database: Database, stored: Stored) -> None:
    with database.read() as tx:
        grids = Grids(tx, stored.caller)
        bare = grids.findings(GridQuery(), frozenset()).rows[0]
        assert (bare.description, bare.images, bare.seen, bare.vulnerability) == ("", (), None, None)
        placed = grids.findings(GridQuery(), frozenset({Part.COMPONENTS})).rows[0]
    assert placed.seen is not None
    assert ([item.name for item in placed.seen.components], placed.seen.software) == (["busybox"], None)


def test_pages(database: Database, stored: Stored) -> None:
    seen = [names(database, stored.caller, offset=offset, size=1) for offset in range(4)]
    assert seen == [["CVE-1"], ["a key"], ["CVE-2"], []]
    page = grid(database, stored.caller, size=0)
    assert (page.rows, page.total) == ([], 3)


def test_a_caller_sees_its_products_alone(database: Database, stored: Stored) -> None:
    with database.begin() as tx:
        hidden = Products(tx).create(stored.caller, "hidden").id
    other = another_image(database, stored.caller, hidden, version="9")
    store(database, hidden, other.scans[0].id, small_tree(), WORST)
    reader = ROLES[RoleKey.READ_ONLY].permissions
    one = Caller(user=stored.caller.user, org=stored.caller.org, grants={f"products/{stored.product_id}": reader})
    nobody = Caller(user=stored.caller.user, org=stored.caller.org)
    row = grid(database, stored.caller, ("productId", "equals", hidden)).rows[0]
    assert (grid(database, stored.caller).total, grid(database, one).total) == (4, 3)
    assert row.seen is not None
    for field, value in (
        ("id", row.id),
        ("scanId", row.seen.scan_id),
        ("componentId", f"{row.seen.scan_id}-3"),
        ("imageId", other.id),
    ):
        assert names(database, one, (field, "equals", value)) == []
    with pytest.raises(InvalidRequest, match="no such image"):
        grid(database, one, *comparing(other.id, stored.image.id))
    assert names(database, nobody) == []


def test_places_of_one_finding_are_in_the_order_of_the_tree(database: Database, stored: Stored) -> None:
    spread = judged(replace(HOLE, name="CVE-4"), about=(LIBRARY, SOFTWARE))
    spread = replace(spread, evidence=(*judged(place=NOTES).evidence, *judged(place=BUSYBOX).evidence))
    other = another_image(database, stored.caller, stored.product_id, version="2")
    store(database, stored.product_id, other.scans[0].id, small_tree(), spread)
    (row,) = grid(database, stored.caller, ("name", "equals", "CVE-4")).rows
    assert row.seen is not None
    assert [item.name for item in row.seen.components] == ["busybox", "notes.txt"]
    assert row.create_time > datetime.now(UTC) - timedelta(minutes=5)
