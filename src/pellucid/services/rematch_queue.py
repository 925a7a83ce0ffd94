"""The one job that matches every stored inventory again, and what makes it necessary."""

from pathlib import Path

from pellucid.services.advisories import Advisories, AdvisoryStatus
from pellucid.storage.database import Database, Transaction
from pellucid.storage.repositories.jobs import Jobs

REMATCH_JOB = "rematch"
EVERYTHING = "all"


def import_advisories(source: Path, data_dir: Path, database: Database) -> AdvisoryStatus:
    """Take vulnerability data into use, and have all inventories matched again.

    InvalidRequest, and all stays as it was, when `source` cannot be read.
    """
    status = Advisories(data_dir).replace(source)
    with database.begin() as tx:
        queue_rematch(tx)
    return status


def queue_rematch(tx: Transaction) -> None:
    """Have it done anew; one that is under way loses its job and ends, since the data under it has changed."""
    Jobs(tx).remove(REMATCH_JOB, EVERYTHING)
    Jobs(tx).put(REMATCH_JOB, EVERYTHING)
