"""Matching again: when advisories change, stored inventories are judged anew, without reading a byte of firmware.

New vulnerabilities become findings, existing ones that became worse become escalations. Only images are judged again
of whose software, or findings, something else is said now.
"""

from datetime import UTC, datetime

from pellucid.analysis.matcher import Inventory, StatementIndex
from pellucid.errors import LeaseLost
from pellucid.services.finding_news import tell_news
from pellucid.services.lease import Lease
from pellucid.services.scan_jobs import Workshop
from pellucid.services.scanning import judge
from pellucid.services.webhooks import Webhooks
from pellucid.storage.listings.newest_scans import NewestScan, newest_scans
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.jobs import Job, Jobs
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.silenced import SilencedRepository

AT_ONCE = 50


def rematch(workshop: Workshop, job: Job) -> None:
    """Judge the newest scan of every image that has not been judged with today's advisories."""
    index, digest = workshop.advisories()
    with Lease(workshop.database, job, workshop.settings.lease) as lease:
        while True:
            with workshop.database.read() as tx:
                behind = newest_scans(tx, not_judged_with=digest, most=AT_ONCE)
            if not behind:
                break
            for scan in behind:
                lease.check()
                _judge(workshop, scan, index, digest)
    with workshop.database.begin() as tx:
        if not Jobs(tx).finish(job):
            raise LeaseLost


def _judge(workshop: Workshop, scan: NewestScan, index: StatementIndex, digest: str) -> None:
    with workshop.database.read() as tx:
        results = ScanResultRepository(tx)
        inventory = Inventory(
            dependencies=results.dependencies(scan.scan_id),
            crypto_assets=(),
            observations=(),
            at=datetime.now(UTC),
            components=[part.component for part in results.components(scan.scan_id)],
        )
    judged = judge(inventory, index)
    with workshop.database.begin() as tx:
        news = FindingRepository(tx).store(scan.product_id, scan.scan_id, judged.findings, whole=True)
        SilencedRepository(tx).replace(scan.scan_id, judged.silenced)
        ScanResultRepository(tx).set_advisory_digest(scan.scan_id, digest)
        tell_news(Webhooks(tx, workshop.settings, workshop.vault), scan.product_id, scan.scan_id, news)
