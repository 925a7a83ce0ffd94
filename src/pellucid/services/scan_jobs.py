"""Scan jobs: the scan that a worker does for the server, from claimed job to stored result.

Everything that the scan found, its last state, its webhooks and the end of its job are one transaction, which only
the holder of the job's token can make: however often a scan is begun, it ends once.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

from pellucid.advisories.store.index import StoreIndex
from pellucid.analysis.matcher import StatementIndex
from pellucid.blobs.local import LocalBlobs
from pellucid.domain.image import ImageCounts
from pellucid.domain.progress import Progress, Stage
from pellucid.domain.scan import Scan, ScanStateType
from pellucid.domain.scan_result import ScanResult
from pellucid.domain.webhook import EventType
from pellucid.errors import LeaseLost
from pellucid.pipeline.budget import Budget
from pellucid.pipeline.cache import ResultCache
from pellucid.pipeline.outcome import Source
from pellucid.pipeline.pool import Pool
from pellucid.pipeline.scratch import Scratch
from pellucid.services.custom_rules import rules_for
from pellucid.services.finding_news import tell_news
from pellucid.services.lease import Lease
from pellucid.services.rematch_queue import queue_rematch
from pellucid.services.scanning import scan as run_pipeline
from pellucid.services.shared_keys import StoredKeyHolders, judge_others_again
from pellucid.services.vault import Vault
from pellucid.services.vex_claims import apply_claims, hold_claims
from pellucid.services.webhooks import Webhooks
from pellucid.settings import Settings
from pellucid.storage.database import Database, Transaction
from pellucid.storage.listings.image_counts import image_counts
from pellucid.storage.repositories.files import FileRepository
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.jobs import Job, Jobs
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.scans import ScanRepository

log = logging.getLogger(__name__)
WRITE_PROGRESS = 0.5
MOST_FAILURES = 3


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """What a worker keeps from scan to scan."""

    database: Database
    settings: Settings
    vault: Vault
    blobs: LocalBlobs
    scratch: Callable[[], AbstractContextManager[Scratch]]
    cache: ResultCache
    pool: Pool
    budget: Budget
    advisories: Callable[[], tuple[StoreIndex, str]]


class ScanJob:
    """One attempt at one scan. `stop` is asked now and then and may raise."""

    def __init__(self, workshop: Workshop, job: Job, stop: Callable[[], None]) -> None:
        self._shop, self._job, self._stop = workshop, job, stop
        self._database = workshop.database
        self._written = 0.0

    def run(self) -> None:
        """Scan and store; a scan that cannot be done ends as failed. LeaseLost: it is another's now, or cancelled."""
        scan = self._begin()
        if scan is None:
            return
        if self._job.attempt > self._shop.settings.job_attempts:
            self._fail(scan, f"given up: begun {self._job.attempt - 1} times, and never finished")
            return
        try:
            with Lease(self._database, self._job, self._shop.settings.lease) as lease:
                index, digest = self._shop.advisories()
                result = self._scan(scan, lease, index)
                lease.check()
                self._progress(scan.id, Progress(stage=Stage.STORING, done=len(result.artefacts)), force=True)
                self._finish(scan, result, digest)
                log.info(
                    "scan %s of %s: done in %.1f s, %d artefacts (%d known from before), %d findings, %d problems",
                    *(scan.id, result.filename, result.seconds, len(result.artefacts), result.reused),
                    *(len(result.findings), len(result.problems)),
                )
        except (LeaseLost, InterruptedError):
            raise
        except Exception as error:
            if self._job.attempt < MOST_FAILURES:
                raise
            log.exception("scan %s failed", scan.id)
            self._fail(scan, str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}")

    def _begin(self) -> Scan | None:
        with self._database.begin() as tx:
            scans = ScanRepository(tx)
            scan = scans.get(self._job.subject_id)
            if scan is None or scan.latest_state.type.is_final:
                Jobs(tx).finish(self._job)
                return None
            scans.enter(scan.id, ScanStateType.RUNNING)
            return scan

    def _scan(self, scan: Scan, lease: Lease, index: StatementIndex) -> ScanResult:
        with self._database.read() as tx:
            file_id = ScanRepository(tx).file_of(scan.id)
            file = FileRepository(tx).get(scan.product_id, scan.image_id, file_id)
            rules = rules_for(tx, scan.product_id)
        if file is None or not self._shop.blobs.exists(file.blob.sha256):
            raise FileNotFoundError("the uploaded file is not in the store any more: upload it again")

        def report(progress: Progress) -> None:
            lease.check()
            self._stop()
            self._progress(scan.id, progress)

        blob = file.blob
        source = Source(path=self._shop.blobs.path(blob.sha256), name=file.filename, digest=blob.sha256, size=blob.size)
        with self._shop.scratch() as scratch:
            return run_pipeline(
                source,
                pool=self._shop.pool,
                cache=self._shop.cache,
                scratch=scratch,
                budget=self._shop.budget,
                advisories=index,
                report=report,
                certificate_notice=self._shop.settings.certificate_notice,
                rules=rules,
                key_holders=StoredKeyHolders(self._database, scan.product_id, scan.image_id),
            )

    def _finish(self, scan: Scan, result: ScanResult, digest: str) -> None:
        with self._database.begin() as tx:
            self._own(tx)
            hold_claims(tx, [scan.id])
            ScanResultRepository(tx).store(scan.id, result, digest)
            if self._shop.advisories()[1] != digest:
                # They were replaced while this scan ran, and what was queued then may not have seen it.
                queue_rematch(tx)
            news = FindingRepository(tx).store(scan.product_id, scan.id, result.findings)
            apply_claims(tx, scan.id)
            judge_others_again(tx, scan.product_id, scan.image_id, result.crypto_assets)
            scans = ScanRepository(tx)
            done = len(result.artefacts)
            last = Progress(
                stage=Stage.FINISHED, done=done, known=done, bytes=self._bytes(result), problems=len(result.problems)
            )
            scans.set_progress(scan.id, last)
            scans.enter(scan.id, ScanStateType.DONE)
            counts = image_counts(tx, [scan.image_id])[scan.image_id]
            data = _event(scan, "completed") | {"counts": counts_json(counts)}
            self._tell(tx, EventType.SCAN_COMPLETED, scan, data)
            tell_news(Webhooks(tx, self._shop.settings, self._shop.vault), scan.product_id, scan.id, news)

    def _fail(self, scan: Scan, why: str) -> None:
        with self._database.begin() as tx:
            self._own(tx)
            ScanRepository(tx).enter(scan.id, ScanStateType.FAILED, note=why[:2000])
            self._tell(tx, EventType.SCAN_FAILED, scan, _event(scan, "failed") | {"reason": why[:500]})

    def _own(self, tx: Transaction) -> None:
        """The fence: end the job, or stop here."""
        if not Jobs(tx).finish(self._job):
            raise LeaseLost

    def _tell(self, tx: Transaction, event: EventType, scan: Scan, data: dict[str, Any]) -> None:
        Webhooks(tx, self._shop.settings, self._shop.vault).enqueue(event, scan.product_id, data)

    def _progress(self, scan_id: str, progress: Progress, *, force: bool = False) -> None:
        now = time.monotonic()
        if force or now - self._written > WRITE_PROGRESS:
            self._written = now
            with self._database.begin() as tx:
                ScanRepository(tx).set_progress(scan_id, progress)

    @staticmethod
    def _bytes(result: ScanResult) -> int:
        return sum({artefact.sha256: artefact.size for artefact in result.artefacts}.values())


def _event(scan: Scan, state: str) -> dict[str, Any]:
    return {"productId": scan.product_id, "imageId": scan.image_id, "scanId": scan.id, "state": state}


def counts_json(counts: ImageCounts) -> dict[str, Any]:
    """The counts in the words of the v4 contract (schema ImageCounts)."""
    values = asdict(counts)
    return {
        "newEscalationsCount": values["new_escalations"],
        "dependenciesCount": values["dependencies"],
        "cryptographicAssetsCount": values["cryptographic_assets"],
        "findingTypeCounts": [{"type": name, "count": number} for name, number in counts.finding_types.items()],
        "kev": values["kev"],
        "expiredCertificatesCount": values["expired_certificates"],
        "unsafeFunctionsCount": values["unsafe_functions"],
    }
