"""Jobs: put, claimed under a lease, kept alive, ended by who holds the token."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update

from pellucid.domain.ids import new_id
from pellucid.storage.database import Transaction
from pellucid.storage.rows.job import JobRow

READY, RUNNING = "ready", "running"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A claimed job. `token` fences: after another worker has claimed it, it ends nothing any more."""

    id: str
    kind: str
    subject_id: str
    attempt: int
    token: str


class Jobs:
    """The queue. A row is deleted when its job has ended: what is here is still to be done."""

    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def put(self, kind: str, subject_id: str, *, priority: int = 0) -> None:
        """Add a job, in the transaction of what it belongs to."""
        self._session.add(
            JobRow(
                id=new_id(),
                kind=kind,
                subject_id=subject_id,
                state=READY,
                priority=priority,
                attempt=0,
                token="",
                owner="",
                lease_until=None,
                create_time=datetime.now(UTC),
                error="",
            )
        )

    def claim(self, owner: str, lease: float) -> Job | None:
        """Take the first job that is ready or whose lease has run out; `lease` in seconds."""
        now = datetime.now(UTC)
        free = or_(JobRow.state == READY, and_(JobRow.state == RUNNING, JobRow.lease_until < now))
        query = select(JobRow.id).where(free).order_by(JobRow.priority, JobRow.id).limit(1)
        chosen = self._session.scalar(query.with_for_update(skip_locked=True))
        if chosen is None:
            return None
        row = self._session.get_one(JobRow, chosen)
        row.state, row.owner, row.token = RUNNING, owner, new_id()
        row.attempt += 1
        row.lease_until = now + timedelta(seconds=lease)
        self._session.flush()
        return Job(id=row.id, kind=row.kind, subject_id=row.subject_id, attempt=row.attempt, token=row.token)

    def renew(self, job: Job, lease: float) -> bool:
        """Extend the lease; False when the job is not ours any more (taken over, cancelled)."""
        until = datetime.now(UTC) + timedelta(seconds=lease)
        statement = update(JobRow).where(JobRow.id == job.id, JobRow.token == job.token).values(lease_until=until)
        return self._rows(statement) == 1

    def finish(self, job: Job) -> bool:
        """End the job; False when it is not ours any more, and then nothing of its result may be stored."""
        return self._rows(delete(JobRow).where(JobRow.id == job.id, JobRow.token == job.token)) == 1

    def give_back(self, job: Job, error: str, *, tried: bool = True) -> None:
        """Make the job ready for another attempt; without `tried`, this one does not count."""
        attempt = job.attempt if tried else job.attempt - 1
        free = {"state": READY, "owner": "", "token": "", "lease_until": None}
        values = {**free, "attempt": attempt, "error": error[:2000]}
        self._rows(update(JobRow).where(JobRow.id == job.id, JobRow.token == job.token).values(values))

    def release(self, owner_prefix: str) -> int:
        """Void the leases of workers known to be dead: those whose owner begins with `owner_prefix`."""
        values = {"state": READY, "owner": "", "token": "", "lease_until": None}
        dead = JobRow.owner.startswith(owner_prefix, autoescape=True)
        return self._rows(update(JobRow).where(JobRow.state == RUNNING, dead).values(values))

    def remove(self, kind: str, subject_id: str) -> None:
        """Take a job back, whoever runs it."""
        self._rows(delete(JobRow).where(JobRow.kind == kind, JobRow.subject_id == subject_id))

    def _rows(self, statement: object) -> int:
        result = self._session.execute(statement)  # type: ignore[call-overload]  # update and delete alike
        return int(result.rowcount)
