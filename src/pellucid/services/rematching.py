"""Matching again: when advisories change, stored inventories are judged anew, without reading a byte of firmware.

New vulnerabilities become findings, existing ones that became worse become escalations.
"""

from datetime import UTC, datetime

from pellucid.analysis.matcher import AdvisoryIndex, Inventory
from pellucid.errors import LeaseLost
from pellucid.services.lease import Lease
from pellucid.services.scan_jobs import Workshop
from pellucid.services.scanning import judge
from pellucid.storage.database import Database
from pellucid.storage.listings.newest_scans import NewestScan, newest_scans
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.jobs import Job, Jobs
from pellucid.storage.repositories.scan_results import ScanResultRepository


def rematch(workshop: Workshop, job: Job) -> None:
    """Judge the newest scan of every image that has not been judged with today's advisories."""
    index, digest = workshop.advisories()
    with Lease(workshop.database, job, workshop.settings.lease) as lease:
        while True:
            with workshop.database.read() as tx:
                behind = newest_scans(tx, not_judged_with=digest, most=50)
            if not behind:
                break
            for scan in behind:
                lease.check()
                _judge(workshop.database, scan, index, digest)
    with workshop.database.begin() as tx:
        if not Jobs(tx).finish(job):
            raise LeaseLost


def _judge(database: Database, scan: NewestScan, index: AdvisoryIndex, digest: str) -> None:
    with database.begin() as tx:
        results = ScanResultRepository(tx)
        inventory = Inventory(
            dependencies=results.dependencies(scan.scan_id), crypto_assets=(), observations=(), at=datetime.now(UTC)
        )
        findings, _ = judge(inventory, index)
        FindingRepository(tx).store(scan.product_id, scan.scan_id, findings)
        results.set_advisory_digest(scan.scan_id, digest)
