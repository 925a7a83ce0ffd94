"""The worker's loop: what fails again and again must not keep others waiting, and a stop is no failure."""

import threading
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from tests.support.stored import stored_image

from pellucid.advisories.bundled import bundled
from pellucid.advisories.store.index import StoreIndex
from pellucid.blobs.local import LocalBlobs
from pellucid.domain.image import ImageCounts
from pellucid.domain.scan_result import ScanResult
from pellucid.errors import Malformed
from pellucid.pipeline.budget import Budget
from pellucid.pipeline.messages import Welcome
from pellucid.pipeline.pool import Pool
from pellucid.pipeline.scratch import Scratch
from pellucid.services import scan_jobs
from pellucid.services.rematch_queue import queue_rematch
from pellucid.services.scan_jobs import ScanJob, Workshop
from pellucid.services.scans import Scans
from pellucid.services.vault import Vault
from pellucid.settings import Settings
from pellucid.storage.database import Database
from pellucid.storage.repositories.content_results import DatabaseCache
from pellucid.storage.repositories.jobs import Jobs
from pellucid.storage.rows.job import JobRow
from pellucid.worker import loop


def broken() -> tuple[StoreIndex, str]:
    raise Malformed("the imported data has been damaged")


def workshop(database: Database, folder: Path) -> Workshop:
    blobs = LocalBlobs(folder)
    return Workshop(
        database=database,
        settings=Settings(data_dir=folder),
        vault=Vault(folder / "keys"),
        blobs=blobs,
        scratch=lambda: nullcontext(Scratch(folder / "scratch")),
        cache=DatabaseCache(database),
        pool=Pool(1, work=folder / "work", welcome=Welcome(memory=1 << 30, file_size=1 << 30)),
        budget=Budget(),
        advisories=broken,
    )


def jobs(database: Database) -> dict[str, int]:
    with database.read() as tx:
        return {row.kind: row.attempt for row in tx.session.scalars(select(JobRow))}


def nothing() -> None:
    """There is nothing to clean here."""


def test_a_rematch_that_always_fails_is_given_up_and_scans_come_to_their_turn(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "TROUBLE_SECONDS", 0.0)
    with sqlite.begin() as tx:
        queue_rematch(tx)
    stored_image(sqlite, tmp_path)
    stop = threading.Event()

    def scanned(_: ScanJob) -> None:
        stop.set()

    monkeypatch.setattr(ScanJob, "run", scanned)
    thread = threading.Thread(target=loop.run_jobs, args=(workshop(sqlite, tmp_path), "n/0/", stop, nothing))
    thread.start()
    thread.join(30)
    ended = not thread.is_alive()
    stop.set()
    thread.join()
    assert ended, "the scan was never begun"
    assert "rematch" not in jobs(sqlite)


def test_a_worker_that_is_stopped_has_made_no_attempt(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored_image(sqlite, tmp_path)
    stop = threading.Event()

    def stopped(_: ScanJob) -> None:
        stop.set()
        raise InterruptedError

    monkeypatch.setattr(ScanJob, "run", stopped)
    for _ in range(3):
        stop.clear()
        loop.run_jobs(workshop(sqlite, tmp_path), "n/0/", stop, nothing)
    assert jobs(sqlite) == {"scan": 0}


def test_advisories_that_were_replaced_during_a_scan_are_matched_after_it(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With several workers, the job that the replacement queued may be done before this scan is stored."""
    stored = stored_image(sqlite, tmp_path)
    place = LocalBlobs(tmp_path).path("ab" * 32)
    place.parent.mkdir()
    place.write_bytes(b"7 bytes")
    now = datetime.now(UTC)
    result = ScanResult(
        filename="router.bin",
        size=7,
        sha256="ab" * 32,
        started=now,
        finished=now,
        counts=ImageCounts(),
        artefacts=(),
    )
    monkeypatch.setattr(scan_jobs, "run_pipeline", lambda *_, **__: result)
    for digests, expected in ((("old", "new"), {"rematch": 0}), (("new", "new"), {})):
        answers = iter([(StoreIndex(bundled()), digest) for digest in digests])
        with sqlite.begin() as tx:
            tx.session.execute(delete(JobRow))
            Scans(tx).start(stored.caller, stored.product_id, stored.image.id)
            job = Jobs(tx).claim("n/0/", 60)
        assert job is not None
        shop = replace(workshop(sqlite, tmp_path), advisories=partial(next, answers))
        ScanJob(shop, job, nothing).run()
        assert jobs(sqlite) == expected
