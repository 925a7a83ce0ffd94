"""The one job that matches every stored inventory again, and what makes it necessary."""

from pellucid.storage.database import Transaction
from pellucid.storage.repositories.jobs import Jobs

REMATCH_JOB = "rematch"
EVERYTHING = "all"


def queue_rematch(tx: Transaction) -> None:
    """Have it done anew; one that is under way loses its job and ends, since the data under it has changed."""
    Jobs(tx).remove(REMATCH_JOB, EVERYTHING)
    Jobs(tx).put(REMATCH_JOB, EVERYTHING)
