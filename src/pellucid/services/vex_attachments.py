"""Attachments that are VEX documents: read as untrusted bytes are, kept as claims, applied to the image's findings."""

import logging
from collections.abc import Callable

from pellucid.domain.file import File
from pellucid.domain.vex_claim import VexClaim
from pellucid.errors import LeaseLost
from pellucid.pipeline.content import Content
from pellucid.pipeline.messages import Request
from pellucid.pipeline.pool import Answered
from pellucid.pipeline.scratch import Extent
from pellucid.services.lease import Lease
from pellucid.services.scan_jobs import Workshop
from pellucid.services.vex_claims import apply_claims
from pellucid.services.vex_queue import is_vex
from pellucid.storage.listings.newest_scans import newest_scan_of
from pellucid.storage.repositories.files import FileRepository
from pellucid.storage.repositories.jobs import Job, Jobs
from pellucid.storage.repositories.vex_claims import VexClaimRepository

log = logging.getLogger(__name__)
UNIT = "vex_documents"
TICK = 0.25
# What the metadata of the file says once it has been read.
RESULT = "vex"


def read_attachment(workshop: Workshop, job: Job, stop: Callable[[], None]) -> None:
    """Read one file, and enter what it says. LeaseLost when the job is another's now."""
    with workshop.database.read() as tx:
        file = FileRepository(tx).attachment(job.subject_id)
    with Lease(workshop.database, job, workshop.settings.lease) as lease:
        claims, said = _read(workshop, file, lease, stop) if file else ((), "")
    with workshop.database.begin() as tx:
        if not Jobs(tx).finish(job):
            raise LeaseLost
        files = FileRepository(tx)
        if file is None or files.attachment(file.id) is None:
            return
        if claims:
            VexClaimRepository(tx).hold_images([file.image_id])
            VexClaimRepository(tx).put_of_file(file.id, file.filename, claims)
            if scan_id := newest_scan_of(tx, file.image_id):
                entered = apply_claims(tx, scan_id)
                log.info("VEX %s: %d statements, %d decisions", file.id, len(claims), entered)
        if claims or is_vex(file.metadata):
            files.note(file.id, RESULT, said)


def _read(workshop: Workshop, file: File, lease: Lease, stop: Callable[[], None]) -> tuple[tuple[VexClaim, ...], str]:
    """What it says, and in a sentence how reading it went."""
    if not workshop.blobs.exists(file.blob.sha256):
        return (), "not read: the file is not in the store any more"
    content = _examined(workshop, file, lease, stop)
    if isinstance(content, str):
        return (), f"not read: {content}"
    unit = content.units.get(UNIT)
    if unit is None or not unit.vex_claims:
        problems = [problem.message for problem in unit.problems] if unit else []
        return (), f"not read: {problems[0] if problems else 'no VEX document, or one that states nothing'}"
    return tuple(unit.vex_claims), f"read: {len(unit.vex_claims):,} statements"


def _examined(workshop: Workshop, file: File, lease: Lease, stop: Callable[[], None]) -> Content | str:
    """As an analysis process sees it: the one analyzer, nothing taken out. Else why there is nothing."""
    blob, pool = file.blob, workshop.pool
    request = Request(sha256=blob.sha256, size=blob.size, analyzers=(UNIT,), seconds=workshop.budget.unit_seconds)
    try:
        pool.submit([(request, Extent(workshop.blobs.path(blob.sha256), 0, blob.size))])
        while True:
            lease.check()
            stop()
            for event in pool.events(TICK):
                return event.content if isinstance(event, Answered) else event.message
    finally:
        pool.forget()
