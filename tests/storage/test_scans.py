"""Scans, jobs and results, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from tests.support.stored import another_image, stored_image

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.dependency import Dependency
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding, FindingType
from pellucid.domain.image import ImageCounts
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.domain.place import ScannedArtefact
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.progress import Progress, Stage
from pellucid.domain.scan import ScanStateType
from pellucid.domain.scan_result import ScanResult
from pellucid.domain.severity import Severity
from pellucid.errors import Conflict, InvalidRequest, NotFound
from pellucid.services.scans import Scans
from pellucid.storage.database import Database
from pellucid.storage.listings.newest_scans import newest_scans
from pellucid.storage.repositories.content_results import DatabaseCache
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.jobs import Job, Jobs
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.scans import ScanRepository
from pellucid.storage.rows.content_result import ContentResultRow
from pellucid.storage.rows.finding import EscalationRow
from pellucid.storage.rows.job import JobRow

NOW = datetime.now(UTC)
HERE = Evidence(offset=3, length=4, seen="seen", artefact="router.bin!etc/x")


def claim(database: Database, owner: str = "node/0/", lease: float = 60) -> Job | None:
    with database.begin() as tx:
        return Jobs(tx).claim(owner, lease)


def finding(key: str, **changes: object) -> Finding:
    plain = Finding(
        key=key,
        class_="vulnerability",
        type=FindingType.DEPENDENCY_VULNERABILITY,
        severity=Severity.MEDIUM,
        name=f"CVE-2000-{key}",
        title="a hole",
        description="",
        evidence=(HERE,),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields by name, in a test


def result(**changes: object) -> ScanResult:
    expired = CryptoAsset(
        kind=CryptoKind.CERTIFICATE,
        algorithm="RSA",
        fingerprint="f" * 64,
        encoding=Encoding.PEM,
        evidence=HERE,
        not_after=NOW - timedelta(days=1),
    )
    elsewhere = replace(expired, evidence=replace(HERE, artefact="router.bin!etc/y"))
    valid = replace(expired, fingerprint="e" * 64, not_after=NOW + timedelta(days=1))
    plain = ScanResult(
        filename="router.bin",
        size=7,
        sha256="ab" * 32,
        started=NOW,
        finished=NOW,
        counts=ImageCounts(),
        artefacts=(ScannedArtefact(path="router.bin", sha256="ab" * 32, size=7, kind="data"),),
        dependencies=(
            Dependency(vendor="v", product="p", version="1", purl="pkg:generic/p@1", confidence=0.9, evidence=(HERE,)),
        ),
        crypto_assets=(expired, elsewhere, valid),
        observations=(Observation(kind=ObservationKind.UNSAFE_FUNCTION, name="strcpy", evidence=HERE),),
        problems=(Problem(unit="tar", kind=ProblemKind.TRUNCATED, message="cut", artefact="router.bin"),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields by name, in a test


def finish(database: Database, product_id: str, scan_id: str, *findings: Finding, digest: str = "one") -> None:
    with database.begin() as tx:
        ScanResultRepository(tx).store(scan_id, result(findings=findings), digest)
        FindingRepository(tx).store(product_id, scan_id, findings)
        ScanRepository(tx).enter(scan_id, ScanStateType.DONE)


def counts(database: Database, image_id: str) -> ImageCounts:
    with database.read() as tx:
        return Scans(tx).counts([image_id])[image_id]


def test_a_new_scan_is_queued_with_its_image(database: Database, tmp_path: Path) -> None:
    stored = stored_image(database, tmp_path)
    scan = stored.image.scans[0]
    assert scan.latest_state.type is ScanStateType.NEW
    job = claim(database)
    assert job is not None
    assert (job.kind, job.subject_id, job.attempt) == ("scan", scan.id, 1)
    assert claim(database) is None


def test_a_job_whose_lease_has_run_out_is_taken_over_and_its_first_holder_fenced_out(
    database: Database, tmp_path: Path
) -> None:
    stored_image(database, tmp_path)
    first = claim(database, lease=-1)
    second = claim(database)
    assert first is not None
    assert second is not None
    assert (first.id, second.attempt) == (second.id, 2)
    with database.begin() as tx:
        assert not Jobs(tx).renew(first, 60)
        assert not Jobs(tx).finish(first)
        assert Jobs(tx).renew(second, 60)
        assert Jobs(tx).finish(second)
        assert not Jobs(tx).finish(second)


def test_leases_of_dead_workers_are_voided_and_those_of_others_are_not(database: Database, tmp_path: Path) -> None:
    stored = stored_image(database, tmp_path)
    another_image(database, stored.caller, stored.product_id, version="2")
    dead, alive = claim(database, "node/0/"), claim(database, "node/10/")
    assert dead is not None
    assert alive is not None
    with database.begin() as tx:
        assert Jobs(tx).release("node/0/") == 1
    again = claim(database)
    assert again is not None
    assert again.id == dead.id
    assert claim(database) is None


def test_a_job_given_back_is_ready_at_once(database: Database, tmp_path: Path) -> None:
    stored_image(database, tmp_path)
    job = claim(database)
    assert job is not None
    with database.begin() as tx:
        Jobs(tx).give_back(job, "stopped")
        assert tx.session.scalar(select(JobRow.error)) == "stopped"
    assert claim(database) is not None


def test_cancelling_takes_the_job_away_from_its_worker(database: Database, tmp_path: Path) -> None:
    stored = stored_image(database, tmp_path)
    scan = stored.image.scans[0]
    job = claim(database)
    assert job is not None
    for _ in range(2):
        with database.begin() as tx:
            cancelled = Scans(tx).set_state(
                stored.caller, stored.product_id, stored.image.id, scan.id, ScanStateType.CANCELLED
            )
        assert cancelled.latest_state.type is ScanStateType.CANCELLED
    with database.begin() as tx:
        assert not Jobs(tx).renew(job, 60)


def test_only_cancelled_can_be_set_and_only_before_the_end(database: Database, tmp_path: Path) -> None:
    stored = stored_image(database, tmp_path)
    scan = stored.image.scans[0]
    where = (stored.caller, stored.product_id, stored.image.id, scan.id)
    with database.begin() as tx:
        with pytest.raises(InvalidRequest):
            Scans(tx).set_state(*where, ScanStateType.DONE)
        ScanRepository(tx).enter(scan.id, ScanStateType.DONE)
        with pytest.raises(Conflict, match="done already"):
            Scans(tx).set_state(*where, ScanStateType.CANCELLED)


def test_a_state_is_entered_once(database: Database, tmp_path: Path) -> None:
    stored = stored_image(database, tmp_path)
    scan_id = stored.image.scans[0].id
    with database.begin() as tx:
        for _ in range(3):
            ScanRepository(tx).enter(scan_id, ScanStateType.RUNNING)
    with database.read() as tx:
        listed = Scans(tx).list(stored.product_id, stored.image.id)
    assert [scan.latest_state.type for scan in listed] == [ScanStateType.RUNNING]


def test_scans_of_another_product_are_not_found(database: Database, tmp_path: Path) -> None:
    stored = stored_image(database, tmp_path)
    with database.read() as tx:
        with pytest.raises(NotFound):
            Scans(tx).get("0" * 26, stored.image.id, stored.image.scans[0].id)
        with pytest.raises(NotFound):
            Scans(tx).list(stored.product_id, "0" * 26)


def test_progress_is_what_was_written_last(database: Database, tmp_path: Path) -> None:
    scan_id = stored_image(database, tmp_path).image.scans[0].id
    for done in (1, 5):
        with database.begin() as tx:
            ScanRepository(tx).set_progress(scan_id, Progress(stage=Stage.UNPACKING, done=done, known=9, bytes=1 << 40))
    with database.read() as tx:
        assert Scans(tx).progress(scan_id).done == 5
        assert Scans(tx).progress(scan_id).bytes == 1 << 40


def test_counts_are_those_of_the_newest_finished_scan(database: Database, tmp_path: Path) -> None:
    stored = stored_image(database, tmp_path)
    image_id, first = stored.image.id, stored.image.scans[0].id
    assert counts(database, image_id) == ImageCounts()
    finish(database, stored.product_id, first, finding("1"), finding("2", is_kev=True))
    with database.begin() as tx:
        second = Scans(tx).start(stored.caller, stored.product_id, image_id).id
    expected = ImageCounts(
        dependencies=1,
        cryptographic_assets=2,
        finding_types={FindingType.DEPENDENCY_VULNERABILITY: 2},
        kev=1,
        expired_certificates=1,
        unsafe_functions=1,
    )
    assert counts(database, image_id) == expected
    finish(database, stored.product_id, second, finding("1"))
    assert counts(database, image_id).finding_types == {FindingType.DEPENDENCY_VULNERABILITY: 1}


def test_a_finding_belongs_to_the_product_and_becoming_worse_is_one_escalation(
    database: Database, tmp_path: Path
) -> None:
    stored = stored_image(database, tmp_path)
    scan_id = stored.image.scans[0].id
    finish(database, stored.product_id, scan_id, finding("1"))
    assert counts(database, stored.image.id).new_escalations == 0
    worse = finding("1", is_kev=True, severity=Severity.CRITICAL)
    for _ in range(2):
        with database.begin() as tx:
            FindingRepository(tx).store(stored.product_id, scan_id, [worse])
    found = counts(database, stored.image.id)
    assert (found.new_escalations, found.kev) == (2, 1)
    with database.begin() as tx:
        kinds = tx.session.scalars(select(EscalationRow.kind).order_by(EscalationRow.kind)).all()
        tx.session.execute(update(EscalationRow).values(status="seen"))
    assert kinds == ["knownExploited", "severity"]
    assert counts(database, stored.image.id).new_escalations == 0


def test_only_scans_judged_with_other_advisories_are_behind(database: Database, tmp_path: Path) -> None:
    stored = stored_image(database, tmp_path)
    scan_id = stored.image.scans[0].id
    finish(database, stored.product_id, scan_id, digest="old")
    with database.begin() as tx:
        assert newest_scans(tx, not_judged_with="old", most=5) == []
        behind = newest_scans(tx, not_judged_with="new", most=5)
        assert [(item.scan_id, item.product_id) for item in behind] == [(scan_id, stored.product_id)]
        dependencies = ScanResultRepository(tx).dependencies(scan_id)
        assert list(dependencies) == list(result().dependencies)
        ScanResultRepository(tx).set_advisory_digest(scan_id, "new")
        assert newest_scans(tx, not_judged_with="new", most=5) == []


def test_the_result_cache_keeps_the_last_payload(database: Database) -> None:
    cache = DatabaseCache(database)
    cache.put_many({"a" * 64: b"1", "b" * 64: b"2"})
    cache.put_many({"a" * 64: b"3"})
    assert cache.get_many(["a" * 64, "b" * 64, "c" * 64]) == {"a" * 64: b"3", "b" * 64: b"2"}


def test_a_damaged_cache_entry_counts_as_not_there(database: Database) -> None:
    cache = DatabaseCache(database)
    cache.put_many({"a" * 64: b"1" * 100, "b" * 64: b"2"})
    with database.begin() as tx:
        tx.session.execute(update(ContentResultRow).where(ContentResultRow.sha256 == "a" * 64).values(payload=b"noise"))
    assert cache.get_many(["a" * 64, "b" * 64]) == {"b" * 64: b"2"}
