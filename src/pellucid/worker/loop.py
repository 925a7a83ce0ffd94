"""The worker: claims jobs one after the other, and does them with all cores."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from pellucid.errors import LeaseLost
from pellucid.services.rematch_queue import REMATCH_JOB
from pellucid.services.rematching import rematch
from pellucid.services.scan_jobs import MOST_FAILURES, ScanJob, Workshop
from pellucid.services.scans import SCAN_JOB
from pellucid.services.vex_attachments import read_attachment
from pellucid.services.vex_queue import VEX_JOB
from pellucid.storage.repositories.jobs import Job, Jobs

log = logging.getLogger(__name__)
IDLE_SECONDS = 0.3
TROUBLE_SECONDS = 2.0
HOUR = 3600.0


def run_jobs(workshop: Workshop, owner: str, stop: threading.Event, hourly: Callable[[], None]) -> None:
    """Do jobs until `stop` is set; `hourly` is called now and then when there is nothing to do."""
    next_hour = time.monotonic()
    while not stop.is_set():
        try:
            with workshop.database.begin() as tx:
                job = Jobs(tx).claim(owner, workshop.settings.lease)
            if job is None:
                if time.monotonic() >= next_hour:
                    next_hour = time.monotonic() + HOUR
                    hourly()
                stop.wait(IDLE_SECONDS)
                continue
            _do(workshop, job, stop)
        except Exception:  # the worker's edge: one bad job, or a database that is away, must not end it
            log.exception("the worker goes on after an error")
            stop.wait(TROUBLE_SECONDS)


def _do(workshop: Workshop, job: Job, stop: threading.Event) -> None:
    def check() -> None:
        if stop.is_set():
            raise InterruptedError("the worker is stopping")

    kinds: dict[str, Callable[[], None]] = {
        SCAN_JOB: ScanJob(workshop, job, check).run,
        REMATCH_JOB: partial(rematch, workshop, job),
        VEX_JOB: partial(read_attachment, workshop, job, check),
    }
    log.info("%s %s: attempt %d", job.kind, job.subject_id, job.attempt)
    try:
        kinds[job.kind]()
    except LeaseLost:
        log.info("%s %s is not ours any more", job.kind, job.subject_id)
    except InterruptedError:
        with workshop.database.begin() as tx:
            Jobs(tx).give_back(job, "the worker was stopped", tried=False)
    except Exception as error:
        with workshop.database.begin() as tx:
            if job.kind != SCAN_JOB and job.attempt >= MOST_FAILURES:
                # A scan says itself when it is given up; another job must not come before the scans for ever.
                log.error("%s %s is given up", job.kind, job.subject_id)  # noqa: TRY400 (the trace follows)
                Jobs(tx).finish(job)
            else:
                Jobs(tx).give_back(job, f"{type(error).__name__}: {error}")
        raise
