"""Keeping a job: the lease is renewed while the work goes on, and its loss is noticed."""

import logging
import threading
from types import TracebackType

from pellucid.errors import LeaseLost
from pellucid.storage.database import Database
from pellucid.storage.repositories.jobs import Job, Jobs

log = logging.getLogger(__name__)


class Lease:
    """Renews the lease of `job`, of `seconds`, from a thread. `check` raises LeaseLost once it is another's."""

    def __init__(self, database: Database, job: Job, seconds: float) -> None:
        self._database, self._job, self._seconds = database, job, seconds
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._renew, name=f"lease-{job.id}", daemon=True)

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        if self._lost.is_set():
            raise LeaseLost

    def _renew(self) -> None:
        while not self._ended.wait(min(self._seconds / 4, 1.0)):
            try:
                with self._database.begin() as tx:
                    kept = Jobs(tx).renew(self._job, self._seconds)
            except Exception:  # the worker's edge: a busy database is no reason to stop the scan
                log.warning("the lease of job %s could not be renewed: trying again", self._job.id, exc_info=True)
                continue
            if not kept:
                self._lost.set()
                return
