"""Findings of several images, on both databases: two compared, older scans, decisions that carry over."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.judged import HOLE, judged
from tests.support.listed_findings import MILD, SECRET, comparing, grid, names, three_findings
from tests.support.scanned_trees import small_tree, store
from tests.support.stored import Stored, another_image

from pellucid.domain.finding import FindingStatus
from pellucid.domain.grid import Sort
from pellucid.domain.image import Image
from pellucid.errors import InvalidRequest
from pellucid.services.scans import Scans
from pellucid.storage.database import Database
from pellucid.storage.listings import findings as listing
from pellucid.storage.repositories.finding_states import FindingStateRepository


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    return three_findings(database, tmp_path)


@pytest.fixture
def other(database: Database, stored: Stored) -> Image:
    """The next version: the hole is gone, a new one is there, the key has stayed."""
    other = another_image(database, stored.caller, stored.product_id, version="2")
    fresh = judged(replace(HOLE, name="CVE-3"))
    store(database, stored.product_id, other.scans[0].id, small_tree(), fresh, MILD, SECRET)
    return other


def test_two_images_are_compared(database: Database, stored: Stored, other: Image) -> None:
    caller = stored.caller
    both = comparing(stored.image.id, other.id)
    page = grid(database, caller, *both, sort=[Sort(field="compareSide"), Sort(field="name")])
    assert [(row.name, row.side) for row in page.rows] == [
        ("CVE-2", "both"),
        ("a key", "both"),
        ("CVE-1", "left"),
        ("CVE-3", "right"),
    ]
    for side, status, expected in (
        ("left", "notFound", ["CVE-1"]),
        ("right", "found", ["CVE-3"]),
        ("both", "notChanged", ["a key", "CVE-2"]),
    ):
        assert names(database, caller, *both, ("compareSide", "equals", side)) == expected
        assert names(database, caller, *both, ("comparison.status", "equals", status)) == expected
    assert names(database, caller, *both, ("compareSide", "in", ["left", "right"])) == ["CVE-1", "CVE-3"]
    assert names(database, caller, *both, ("comparison.status", "in", ["notFound", "found"])) == ["CVE-1", "CVE-3"]
    assert names(database, caller, *both, ("severity", "equals", "critical")) == ["CVE-1"]
    same = grid(database, caller, *comparing(other.id, other.id))
    assert {row.side for row in same.rows} == {"both"}
    with pytest.raises(InvalidRequest, match="notFound, found, notChanged"):
        grid(database, caller, *both, ("comparison.status", "equals", "gone"))


def test_an_image_that_was_not_scanned_is_not_taken_for_a_clean_one(database: Database, stored: Stored) -> None:
    new = another_image(database, stored.caller, stored.product_id, version="3")
    for pair in ((stored.image.id, new.id), (new.id, stored.image.id)):
        with pytest.raises(InvalidRequest, match="no finished scan yet"):
            grid(database, stored.caller, *comparing(*pair))
    with pytest.raises(InvalidRequest, match="no such image"):
        grid(database, stored.caller, *comparing(stored.image.id, "0" * 26))
    with pytest.raises(InvalidRequest, match="one image is possible"):
        grid(database, stored.caller, *comparing([stored.image.id], stored.image.id))  # type: ignore[arg-type]  # on purpose


def test_older_scans_are_shown_to_who_names_them(database: Database, stored: Stored, other: Image) -> None:
    caller = stored.caller
    with database.begin() as tx:
        again = Scans(tx).start(caller, stored.product_id, other.id).id
    store(database, stored.product_id, again, small_tree(), MILD)
    assert names(database, caller) == ["CVE-1", "a key", "CVE-2"]
    assert names(database, caller, ("imageId", "equals", other.id)) == ["CVE-2"]
    older = grid(database, caller, ("scanId", "equals", other.scans[0].id))
    assert [row.name for row in older.rows] == ["CVE-3", "a key", "CVE-2"]
    assert {row.seen.scan_id for row in older.rows if row.seen} == {other.scans[0].id}
    assert names(database, caller, ("id", "equals", older.rows[0].id)) == ["CVE-3"]
    assert names(database, caller, ("imageVersion", "equals", "1")) == ["CVE-1", "a key", "CVE-2"]


def test_a_decision_is_seen_at_once_and_in_the_next_image(database: Database, stored: Stored, other: Image) -> None:
    worst = grid(database, stored.caller, ("name", "equals", "CVE-2")).rows[0]
    with database.begin() as tx:
        FindingStateRepository(tx).enter(worst.id, FindingStatus.IN_PROGRESS, author=stored.caller.user)
    progressing = ("findingStatus", "equals", "inProgress")
    assert names(database, stored.caller, progressing, ("imageId", "equals", other.id)) == ["CVE-2"]
    assert names(database, stored.caller, ("status", "equals", "in progress")) == ["CVE-2"]


def test_many_products_and_scans_are_asked_for_in_one_query(
    database: Database, stored: Stored, other: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_SCANS", 0)
    assert names(database, stored.caller) == ["CVE-1", "CVE-3", "a key", "CVE-2"]
    assert names(database, stored.caller, ("imageId", "equals", other.id)) == ["CVE-3", "a key", "CVE-2"]
