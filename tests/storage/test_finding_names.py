"""Vulnerabilities that get another name: the finding stays, with what was decided about it."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.support.judged import HOLE, judged
from tests.support.scanned_trees import small_tree, store
from tests.support.stored import Stored, stored_image

from pellucid.domain.finding import Finding, FindingStatus
from pellucid.domain.news import FindingNews
from pellucid.storage.database import Database
from pellucid.storage.repositories.finding_states import FindingStateRepository
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.rows.finding import FindingRow


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    """An image with a finished scan that has a finding."""
    stored = stored_image(database, tmp_path)
    store(database, stored.product_id, stored.image.scans[0].id, small_tree(), judged())
    return stored


def again(database: Database, stored: Stored, *findings: Finding) -> FindingNews:
    with database.begin() as tx:
        return FindingRepository(tx).store(stored.product_id, stored.image.scans[0].id, findings, whole=True)


def rows(database: Database) -> dict[str, FindingRow]:
    with database.read() as tx:
        return {row.name: row for row in tx.session.scalars(select(FindingRow))}


def test_a_vulnerability_that_got_another_name_is_the_same_finding(database: Database, stored: Stored) -> None:
    nameless = replace(HOLE, name="GHSA-2222-3333-4444", aliases=())
    again(database, stored, judged(nameless))
    before = rows(database)
    with database.begin() as tx:
        FindingStateRepository(tx).enter(before[nameless.name].id, FindingStatus.REJECTED, author=stored.caller.user)
    named = replace(nameless, name="CVE-2026-4444", aliases=(nameless.name,))
    news = again(database, stored, judged(named))
    after = rows(database)
    assert news.findings == ()
    assert nameless.name not in after
    assert after[named.name].id == before[nameless.name].id
    assert after[named.name].status == FindingStatus.REJECTED
    assert again(database, stored, judged(named)).findings == ()


def test_two_names_that_are_both_there_stay_two_findings(database: Database, stored: Stored) -> None:
    other = replace(HOLE, name=HOLE.aliases[0], aliases=())
    again(database, stored, judged(other))
    news = again(database, stored, judged(), judged(other))
    assert [item.name for item in news.findings] == []
    assert {HOLE.name, other.name} <= rows(database).keys()
