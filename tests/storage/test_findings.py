"""Findings of products: what storing a judgement again changes, what is news, what people decided."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from tests.support.judged import HOLE, KEV, WHY, judged
from tests.support.scanned_trees import BUSYBOX, LIBRARY, ROOT, SOFTWARE, finding, small_tree, store
from tests.support.stored import Stored, another_image, stored_image

from pellucid.domain.escalation import EscalationKind, EscalationStatus
from pellucid.domain.finding import Finding, FindingStatus, Silenced, SilenceKind
from pellucid.domain.news import FindingNews
from pellucid.domain.severity import Severity
from pellucid.domain.vulnerability import Epss, Exploit, ExploitKind, Vulnerability
from pellucid.services.scans import Scans
from pellucid.storage.database import Database
from pellucid.storage.repositories import escalations
from pellucid.storage.repositories.finding_states import FindingStateRepository
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.silenced import SilencedRepository
from pellucid.storage.repositories.vulnerability_snapshots import VulnerabilitySnapshots
from pellucid.storage.rows.finding import (
    EscalationRow,
    FindingBodyRow,
    FindingRow,
    OccurrenceDependencyRow,
    OccurrencePlaceRow,
    OccurrenceRow,
    VulnerabilitySnapshotRow,
)

MILD = replace(HOLE, name="CVE-2021-0002", severity=Severity.LOW, exploits=(), epss=None)
SECRET = replace(finding("a key", BUSYBOX), class_="secret")


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    """An image with a finished scan that has two findings about busybox, and a key."""
    stored = stored_image(database, tmp_path)
    store(database, stored.product_id, stored.image.scans[0].id, small_tree(), judged(), judged(MILD), SECRET)
    return stored


def again(database: Database, stored: Stored, *findings: Finding, whole: bool = True) -> FindingNews:
    with database.begin() as tx:
        scan_id = stored.image.scans[0].id
        return FindingRepository(tx).store(stored.product_id, scan_id, findings, whole=whole)


def rows(database: Database) -> dict[str, FindingRow]:
    with database.read() as tx:
        return {row.name: row for row in tx.session.scalars(select(FindingRow))}


def whole(vulnerability: Vulnerability) -> Vulnerability:
    """Half a character is no text."""
    return replace(vulnerability, description=vulnerability.description.replace("\ud800", "?"))


def count(database: Database, row: Any) -> int:
    with database.read() as tx:
        return tx.session.scalar(select(func.count()).select_from(row)) or 0


def test_a_finding_is_stored_with_all_that_is_known_of_it(database: Database, stored: Stored) -> None:
    row = rows(database)[HOLE.name]
    assert (row.vulnerability, row.severity, row.severity_rank, row.cvss_score) == (HOLE.name, "high", 3, 8.1)
    assert (row.epss, row.epss_model, row.maturity, row.risk) == (0.04, "v2025.03.14", 2.5, 0.3)
    assert (row.predicates, row.is_kev, row.is_ransomware) == (32, False, False)
    assert (row.dependency_product, row.dependency_version, row.component_name) == ("busybox", "1.36.1", "busybox")
    assert (row.is_present, row.status, row.status_time, row.tool) == (True, "new", None, "pellucid")
    assert row.day == row.create_time.date().isoformat()
    with database.read() as tx:
        body = tx.session.get_one(FindingBodyRow, row.id)
        assert (body.description, body.details["identifiers"]) == (judged().description, [["cve", HOLE.name]])
        assert VulnerabilitySnapshots(tx).get([row.snapshot_id, None, "x"]) == {row.snapshot_id: whole(HOLE)}
        seen = tx.session.scalars(select(OccurrenceRow).where(OccurrenceRow.finding_id == row.id)).one()
    assert (seen.severity, seen.reachability, seen.known_fixed_version) == ("high", "", "")
    assert seen.reasons[0]["range"] == WHY.range


def test_judging_again_without_news_changes_nothing(database: Database, stored: Stored) -> None:
    before = {name: vars(row) | {"_sa_instance_state": None} for name, row in rows(database).items()}
    assert again(database, stored, judged(), judged(MILD)) == FindingNews()
    assert {name: vars(row) | {"_sa_instance_state": None} for name, row in rows(database).items()} == before
    assert [count(database, row) for row in (OccurrenceRow, OccurrencePlaceRow, OccurrenceDependencyRow)] == [3, 3, 2]
    assert count(database, VulnerabilitySnapshotRow) == 2


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kev": KEV}, ("knownExploited", "false", "true")),
        ({"kev": replace(KEV, ransomware=True)}, ("knownExploited", "false", "true")),
        ({"severity": Severity.CRITICAL}, ("severity", "high", "critical")),
        ({"severity": Severity.LOW}, None),
        (
            {"exploits": (Exploit(kind=ExploitKind.WEAPONISED, source="m", url="u"),)},
            ("exploit", "publicPoc", "weapon"),
        ),
        ({"exploits": ()}, None),
        ({"epss": Epss(probability=0.1, model="v2025.03.14")}, ("epss", "0.04000", "0.10000")),
        ({"epss": Epss(probability=0.09, model="v2025.03.14")}, None),
        ({"epss": Epss(probability=0.9, model="v2026.01.01")}, None),
        ({"epss": None}, None),
        ({"description": "another"}, None),
    ],
)
def test_what_is_news_about_a_vulnerability(
    *, database: Database, stored: Stored, changes: dict[str, Any], expected: tuple[str, str, str] | None
) -> None:
    after = replace(HOLE, **changes)
    news = again(database, stored, judged(after), judged(MILD))
    told = [(item.kind.value, item.before, item.after[:6]) for item in news.escalations]
    assert told == ([] if expected is None else [(expected[0], expected[1], expected[2][:6])])
    assert again(database, stored, judged(after), judged(MILD)) == FindingNews()
    if expected is None:
        return
    with database.read() as tx:
        row = tx.session.scalars(select(EscalationRow)).one()
        known = VulnerabilitySnapshots(tx).get([row.before_id, row.after_id])
        found = escalations.to_domain(row, HOLE.name, known)
    assert (found.vulnerability_before, found.vulnerability_after) == (whole(HOLE), whole(after))
    assert found.history_id == row.after_id


def test_a_rise_of_a_fifth_is_news_between_the_steps(database: Database, stored: Stored) -> None:
    for probability, expected in ((0.15, 1), (0.34, 0), (0.54, 1), (0.75, 1)):
        rising = replace(HOLE, epss=Epss(probability=probability, model="v2025.03.14"))
        assert len(again(database, stored, judged(rising)).escalations) == expected, probability


def test_ransomware_and_a_known_fix_are_news_once(database: Database, stored: Stored) -> None:
    exploited = replace(HOLE, kev=KEV)
    again(database, stored, judged(exploited))
    news = again(database, stored, judged(replace(exploited, kev=replace(KEV, ransomware=True))))
    assert [item.kind for item in news.escalations] == [EscalationKind.RANSOMWARE]
    fixed = judged(exploited, known_fixed_version="1.37")
    assert [item.kind for item in again(database, stored, fixed).escalations] == [EscalationKind.FIX_KNOWN]
    again(database, stored, judged(exploited))
    assert again(database, stored, fixed) == FindingNews()


def test_the_fix_of_one_image_is_no_news_for_another(database: Database, stored: Stored) -> None:
    """Two images with different versions: a fix for one of them is judged against the same image's scan before."""
    other = another_image(database, stored.caller, stored.product_id, version="2").scans[0].id
    store(database, stored.product_id, other, small_tree(), judged(known_fixed_version="1.37"))
    with database.begin() as tx:
        tx.session.execute(update(EscalationRow).values(after="told"))
    assert again(database, stored, judged(), judged(MILD)) == FindingNews()
    with database.begin() as tx:
        news = FindingRepository(tx).store(stored.product_id, other, [judged(known_fixed_version="1.37")])
    assert news == FindingNews()


def test_what_is_not_true_any_more_loses_its_place_and_keeps_its_status(database: Database, stored: Stored) -> None:
    mild = rows(database)[MILD.name]
    with database.begin() as tx:
        FindingStateRepository(tx).enter(mild.id, FindingStatus.REJECTED, author=stored.caller.user)
    assert again(database, stored, judged(), whole=False) == FindingNews()
    assert count(database, OccurrenceRow) == 3
    assert again(database, stored, judged()) == FindingNews()
    found = rows(database)
    assert [(found[name].is_present, found[name].status) for name in (HOLE.name, MILD.name, SECRET.name)] == [
        (True, "new"),
        (False, "rejected"),
        (True, "new"),
    ]
    assert [count(database, row) for row in (OccurrenceRow, OccurrencePlaceRow, OccurrenceDependencyRow)] == [2, 2, 1]
    assert again(database, stored, judged(), judged(MILD)) == FindingNews()
    assert (rows(database)[MILD.name].is_present, rows(database)[MILD.name].status) == (True, "rejected")


def test_a_finding_is_present_while_the_newest_scan_of_some_image_has_it(database: Database, stored: Stored) -> None:
    def present() -> list[bool]:
        return [rows(database)[name].is_present for name in (HOLE.name, MILD.name)]

    other = another_image(database, stored.caller, stored.product_id, version="2")
    second = other.scans[0].id
    store(database, stored.product_id, second, small_tree(), judged())
    assert again(database, stored, judged(MILD)) == FindingNews()
    assert present() == [True, True], "the second image has it still"
    with database.begin() as tx:
        third = Scans(tx).start(stored.caller, stored.product_id, other.id).id
        fourth = Scans(tx).start(stored.caller, stored.product_id, other.id).id
    store(database, stored.product_id, fourth, small_tree(), judged(MILD))
    assert present() == [False, True], "the newest scans of both have only the other"
    store(database, stored.product_id, third, small_tree(), judged())
    assert present() == [False, True], "an older scan that ends later changes nothing"
    with database.begin() as tx:
        FindingRepository(tx).store(stored.product_id, fourth, [judged()], whole=True)
    assert present() == [True, True]
    assert again(database, stored) == FindingNews()
    assert present() == [True, False]


def test_evidence_that_changed_moves_the_occurrence(database: Database, stored: Stored) -> None:
    (before,) = occurrence(database, stored)
    again(
        database, stored, judged(place=f"{ROOT}!notes.txt", about=(LIBRARY, SOFTWARE), key=judged().key), judged(MILD)
    )
    (after,) = occurrence(database, stored)
    assert (before.id, before.evidence[0]["artefact"]) == (after.id, BUSYBOX)
    with database.read() as tx:
        places = select(OccurrencePlaceRow.number).where(OccurrencePlaceRow.finding_id == after.finding_id)
        about = select(OccurrenceDependencyRow.dependency).where(OccurrenceDependencyRow.finding_id == after.finding_id)
        assert tx.session.scalars(places).all() == [7]
        assert sorted(tx.session.scalars(about)) == [0, 1]


def occurrence(database: Database, stored: Stored) -> list[Any]:
    with database.read() as tx:
        query = select(OccurrenceRow.id, OccurrenceRow.finding_id, OccurrenceRow.evidence).join(
            FindingRow, FindingRow.id == OccurrenceRow.finding_id
        )
        return [*tx.session.execute(query.where(FindingRow.name == HOLE.name))]


def test_snapshots_that_nothing_needs_go_after_a_while(database: Database, stored: Stored) -> None:
    def names() -> list[str]:
        with database.read() as tx:
            return sorted(tx.session.scalars(select(VulnerabilitySnapshotRow.name)))

    again(database, stored, judged(replace(HOLE, description="second")), judged(MILD))
    assert names() == [HOLE.name, HOLE.name, MILD.name]
    with database.begin() as tx:
        old = datetime.now(UTC) - timedelta(days=1)
        tx.session.execute(update(VulnerabilitySnapshotRow).values(use_time=old))
    again(database, stored, judged(replace(HOLE, description="third", kev=KEV)), judged(MILD))
    assert len(names()) == 4, "the escalation needs what was known before"
    again(database, stored, judged(replace(HOLE, description="fourth", kev=KEV)), judged(MILD))
    with database.begin() as tx:
        tx.session.execute(update(VulnerabilitySnapshotRow).values(use_time=old))
    again(database, stored, judged(replace(HOLE, description="fifth", kev=KEV)), judged(MILD))
    assert len(names()) == 5


def test_a_decision_belongs_to_the_product_and_ends_what_is_new(database: Database, stored: Stored) -> None:
    again(database, stored, judged(replace(HOLE, kev=KEV)))
    finding_id = rows(database)[HOLE.name].id
    with database.begin() as tx:
        states = FindingStateRepository(tx)
        states.enter(finding_id, FindingStatus.IN_PROGRESS, author=stored.caller.user)
        states.enter(finding_id, FindingStatus.REJECTED, source="VEX: a.json", justification="component_not_present")
    with database.read() as tx:
        newest, first = FindingStateRepository(tx).of_findings([finding_id])
        assert tx.session.scalars(select(EscalationRow.status)).all() == [EscalationStatus.SEEN]
    assert (newest.status, newest.author, newest.source) == (FindingStatus.REJECTED, None, "VEX: a.json")
    assert (first.status, first.author, first.source) == (FindingStatus.IN_PROGRESS, stored.caller.user, "")
    other = another_image(database, stored.caller, stored.product_id, version="2").scans[0].id
    store(database, stored.product_id, other, small_tree(), judged())
    row = rows(database)[HOLE.name]
    assert (row.status, row.status_time, row.is_present) == ("rejected", newest.create_time, True)


def test_silenced_matches_are_those_of_the_newest_judgement(database: Database, stored: Stored) -> None:
    fixed = Silenced(
        vulnerability=HOLE.name,
        dependency=LIBRARY.identity,
        source="debian",
        reason="fixed in 3.0.11-1",
        kind=SilenceKind.FIXED,
    )
    elsewhere = replace(fixed, dependency=("a", "b", "c", "d"), kind=SilenceKind.VEX)
    other = another_image(database, stored.caller, stored.product_id, version="2").scans[0].id
    store(database, stored.product_id, other, replace(small_tree(), silenced=(fixed, elsewhere)))
    with database.begin() as tx:
        silenced = SilencedRepository(tx)
        assert silenced.of_scan(other) == [fixed, replace(elsewhere, dependency=("", "", "", ""))]
        silenced.replace(other, [elsewhere])
        assert [item.kind for item in silenced.of_scan(other)] == [SilenceKind.VEX]


def test_texts_of_images_are_made_to_fit(database: Database, stored: Stored) -> None:
    wild = judged(MILD, title="a\0b", known_fixed_version="9" * 300, tool="t" * 100, reachability="loaded")
    again(database, stored, wild)
    row = rows(database)[MILD.name]
    assert (row.title, len(row.known_fixed_version), len(row.tool), row.is_reachable) == ("a␀b", 255, 64, True)
    assert again(database, stored, wild) == FindingNews()
