"""Claims of VEX documents: which findings they decide on, in whose name, and what they never change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from tests.support.judged import HOLE, KEV, judged
from tests.support.scanned_trees import BUSYBOX, LIBRARY, SOFTWARE, small_tree, store
from tests.support.stored import Stored, another_image, stored_image

from pellucid.domain.dependency import Dependency
from pellucid.domain.evidence import Evidence
from pellucid.domain.file import File, StoredBlob
from pellucid.domain.finding import Finding, FindingStatus
from pellucid.domain.triage import FindingState
from pellucid.domain.vex_claim import Justification, ReadStatement, VexClaim, VexStatus
from pellucid.services.vex_claims import apply_claims, hold_claims
from pellucid.storage.database import Database
from pellucid.storage.listings.image_counts import image_counts
from pellucid.storage.listings.vex_findings import vex_findings
from pellucid.storage.repositories.files import FileRepository
from pellucid.storage.repositories.finding_states import FindingStateRepository
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.vex_claims import VexClaimRepository

NEW, CLOSED, OPEN, DONE = (
    FindingStatus.NEW,
    FindingStatus.REJECTED,
    FindingStatus.IN_PROGRESS,
    FindingStatus.REMEDIATED,
)
THEN = datetime(2025, 1, 1, tzinfo=UTC)
PLACE = f"{BUSYBOX.rpartition('!')[0]}!etc/vex.json"


def claim(status: VexStatus = VexStatus.NOT_AFFECTED, *products: str, **more: Any) -> VexClaim:
    values: dict[str, Any] = {"names": (HOLE.name,), "since": THEN, "note": "Not built in."} | more
    said = ReadStatement(status=status, products=products or (SOFTWARE.purl,), **values)
    return VexClaim(statement=said, author="Example Inc.", evidence=Evidence(offset=3, seen="CVE", artefact=PLACE))


def parted(*about: Dependency) -> Finding:
    return judged(about=about)


class Vexed:
    """A product with an image whose scan has ended with these claims in it."""

    def __init__(self, database: Database, stored: Stored) -> None:
        self.database, self.stored = database, stored
        self.scan_id = stored.image.scans[0].id

    def scan(self, *claims: VexClaim, findings: Sequence[Finding] = (judged(),)) -> "Vexed":
        result = replace(small_tree(), vex_claims=claims)
        store(self.database, self.stored.product_id, self.scan_id, result, *findings)
        return self

    def attach(self, *claims: VexClaim, name: str = "team.json") -> File:
        with self.database.begin() as tx:
            file = FileRepository(tx).add(
                product_id=self.stored.product_id,
                image_id=self.stored.image.id,
                filename=name,
                blob=StoredBlob(sha256="cd" * 32, size=9),
                author=self.stored.caller.user,
                is_attachment=True,
            )
            VexClaimRepository(tx).put_of_file(file.id, name, claims)
        return file

    def apply(self) -> int:
        with self.database.begin() as tx:
            return apply_claims(tx, self.scan_id)

    def decide(self, status: FindingStatus) -> None:
        with self.database.begin() as tx:
            (found,) = vex_findings(tx, self.scan_id)
            FindingStateRepository(tx).enter(found.id, status, author=self.stored.caller.user)

    def now(self) -> tuple[FindingStatus, FindingState | None]:
        with self.database.read() as tx:
            (found,) = vex_findings(tx, self.scan_id)
        return found.status, found.state


@pytest.fixture
def vexed(database: Database, tmp_path: Path) -> Vexed:
    return Vexed(database, stored_image(database, tmp_path))


def test_a_document_in_the_image_decides_on_what_is_new(vexed: Vexed) -> None:
    said = claim(justification=Justification.CODE_NOT_PRESENT)
    assert vexed.scan(said).apply() == 1
    status, state = vexed.now()
    assert (status, state and state.source) == (CLOSED, "VEX in the image: vex.json, Example Inc.")
    assert state is not None
    assert (state.author, state.is_proposed, state.said_time) == (None, True, THEN)
    assert (state.justification, state.note) == ("vulnerable_code_not_present", "Not built in.")
    assert vexed.apply() == 0
    with vexed.database.read() as tx:
        (held,) = VexClaimRepository(tx).for_scan(vexed.scan_id)
        assert (held.claim, held.document, held.attached) == (said, "vex.json", False)


@pytest.mark.parametrize(
    ("status", "expected"), [(VexStatus.AFFECTED, OPEN), (VexStatus.FIXED, DONE), (VexStatus.NOT_AFFECTED, CLOSED)]
)
def test_what_is_said_becomes_the_status(vexed: Vexed, status: VexStatus, expected: FindingStatus) -> None:
    vexed.scan(claim(status)).apply()
    assert vexed.now()[0] is expected


@pytest.mark.parametrize(
    "said",
    [
        claim(VexStatus.UNDER_INVESTIGATION),
        claim(VexStatus.NOT_AFFECTED, "pkg:generic/busybox@1.0"),
        claim(VexStatus.NOT_AFFECTED, "pkg:generic/router@2"),
        claim(names=("CVE-1999-0001",)),
    ],
)
def test_what_is_said_of_something_else_changes_nothing(vexed: Vexed, said: VexClaim) -> None:
    assert vexed.scan(said).apply() == 0
    assert vexed.now() == (NEW, None)


@pytest.mark.parametrize("said", [claim(names=("GHSA-x", "ghsa-AAAA-bbbb-cccc")), claim(VexStatus.FIXED, "router@1")])
def test_vulnerabilities_and_images_have_several_names(vexed: Vexed, said: VexClaim) -> None:
    assert vexed.scan(said).apply() == 1


def test_a_person_s_decision_stays(vexed: Vexed) -> None:
    vexed.scan(claim()).decide(OPEN)
    vexed.attach(claim(VexStatus.FIXED))
    assert vexed.apply() == 0
    assert vexed.now()[0] is OPEN


def test_a_person_has_the_last_word(vexed: Vexed) -> None:
    vexed.scan(claim()).apply()
    vexed.decide(NEW)
    vexed.attach(claim(VexStatus.FIXED, since=None))
    assert vexed.apply() == 0
    assert vexed.now()[0] is NEW


def test_what_the_team_attaches_counts_more_than_what_lies_in_the_image(vexed: Vexed) -> None:
    vexed.scan(claim(since=None)).apply()
    vexed.attach(claim(VexStatus.AFFECTED))
    assert vexed.apply() == 1
    status, state = vexed.now()
    assert (status, state and state.source) == (OPEN, "VEX: team.json, Example Inc.")
    assert state is not None
    assert not state.is_proposed
    assert vexed.apply() == 0


def test_a_newer_document_wins_whatever_came_first(vexed: Vexed) -> None:
    vexed.scan()
    vexed.attach(claim(VexStatus.FIXED, since=THEN + timedelta(days=1)), name="new.json")
    vexed.apply()
    vexed.attach(claim(VexStatus.AFFECTED), name="old.json")
    assert vexed.apply() == 0
    vexed.attach(claim(VexStatus.UNDER_INVESTIGATION, since=THEN + timedelta(days=2)), name="newest.json")
    assert vexed.apply() == 1
    status, state = vexed.now()
    assert (status, state and state.source) == (NEW, "VEX: newest.json, Example Inc.")


def test_no_document_is_of_the_future(vexed: Vexed) -> None:
    vexed.scan()
    vexed.attach(claim(since=datetime(2999, 1, 1, tzinfo=UTC)), name="future.json")
    vexed.apply()
    vexed.attach(claim(VexStatus.AFFECTED, since=None), name="undated.json")
    assert vexed.apply() == 1
    assert vexed.now()[0] is OPEN


def test_all_that_has_it_must_be_spoken_of(vexed: Vexed) -> None:
    elsewhere = replace(SOFTWARE, places=(BUSYBOX, f"{BUSYBOX}2"))
    result = replace(small_tree(), dependencies=(elsewhere, replace(LIBRARY, places=())))
    store(vexed.database, vexed.stored.product_id, vexed.scan_id, result, parted(SOFTWARE, LIBRARY))
    vexed.attach(claim())
    assert vexed.apply() == 0
    vexed.attach(claim(VexStatus.FIXED, LIBRARY.purl), name="library.json")
    assert vexed.apply() == 1
    assert vexed.now()[0] is CLOSED
    vexed.attach(claim(VexStatus.AFFECTED, LIBRARY.purl, since=None), name="worse.json")
    assert vexed.apply() == 1
    assert vexed.now()[0] is OPEN


def test_the_maker_s_word_closes_no_more_than_what_is_new(vexed: Vexed) -> None:
    result = replace(
        small_tree(),
        dependencies=(SOFTWARE, replace(LIBRARY, places=())),
        vex_claims=(claim(VexStatus.FIXED, LIBRARY.purl),),
    )
    store(vexed.database, vexed.stored.product_id, vexed.scan_id, result, parted(SOFTWARE, LIBRARY))
    vexed.attach(claim())
    assert vexed.apply() == 1
    state = vexed.now()[1]
    assert state is not None
    assert (state.status, state.is_proposed) == (DONE, True)


def test_what_lies_in_a_package_is_spoken_of_with_it(vexed: Vexed) -> None:
    vexed.scan(claim(VexStatus.FIXED, LIBRARY.purl), findings=(parted(SOFTWARE, LIBRARY),))
    assert vexed.apply() == 1


def test_what_is_found_later_is_covered_too(vexed: Vexed) -> None:
    vexed.scan(claim(), findings=())
    vexed.apply()
    with vexed.database.begin() as tx:
        FindingRepository(tx).store(vexed.stored.product_id, vexed.scan_id, [judged()], whole=True)
        assert apply_claims(tx, vexed.scan_id) == 1
    assert vexed.now()[0] is CLOSED


def test_documents_leave_news_unseen(vexed: Vexed) -> None:
    vexed.scan()
    with vexed.database.begin() as tx:
        news = FindingRepository(tx).store(
            vexed.stored.product_id, vexed.scan_id, [judged(replace(HOLE, kev=KEV))], whole=True
        )
        assert news.escalations
    vexed.attach(claim())
    vexed.apply()
    with vexed.database.read() as tx:
        counts = image_counts(tx, [vexed.stored.image.id])[vexed.stored.image.id]
    assert counts.new_escalations == len(news.escalations)


def test_another_image_is_not_meant(vexed: Vexed) -> None:
    vexed.attach(claim())
    other = another_image(vexed.database, vexed.stored.caller, vexed.stored.product_id, version="2")
    vexed.scan_id = other.scans[0].id
    assert vexed.scan().apply() == 0


def test_hostile_texts_are_stored(vexed: Vexed) -> None:
    said = claim(names=(HOLE.name, "\0"), note="a\0b" * 9, justification=None)
    vexed.scan(replace(said, author="x" * 999))
    assert vexed.apply() == 1
    assert len((vexed.now()[1] or pytest.fail("no state")).source) == 255


def test_claims_go_with_their_attachment(vexed: Vexed) -> None:
    file = vexed.scan().attach(claim())
    with vexed.database.begin() as tx:
        FileRepository(tx).delete([file.id])
        assert VexClaimRepository(tx).for_scan(vexed.scan_id) == ()


def test_who_applies_claims_to_an_image_is_alone(postgresql: Database, tmp_path: Path) -> None:
    """A scan that ends and an attachment that is read would otherwise not see each other (SQLite has one writer)."""
    stored = stored_image(postgresql, tmp_path)
    with postgresql.begin() as tx, postgresql.read() as other:
        hold_claims(tx, [stored.image.scans[0].id])
        other.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            VexClaimRepository(other).hold_images([stored.image.id])
