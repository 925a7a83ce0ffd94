"""Matching again: when advisories change, stored inventories are judged anew, without reading a byte of firmware.

New vulnerabilities become findings, existing ones that became worse become escalations. Only images are judged again
of whose software, or findings, something else is said now.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pellucid.advisories.store.index import StoreIndex
from pellucid.analysis.matcher import Inventory
from pellucid.domain.dependency import Dependency
from pellucid.domain.statement import Subject
from pellucid.errors import LeaseLost
from pellucid.matchers.vulnerabilities.questions import only_release, question
from pellucid.services.finding_news import tell_news
from pellucid.services.lease import Lease
from pellucid.services.scan_jobs import Workshop
from pellucid.services.scanning import judge
from pellucid.services.webhooks import Webhooks
from pellucid.storage.listings.newest_scans import NewestScan, newest_scans
from pellucid.storage.listings.vulnerability_names import names_in_scans
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.jobs import Job, Jobs
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.silenced import SilencedRepository

AT_ONCE = 50


@dataclass(frozen=True)
class _Change:
    """What is said differently since a scan was judged; None where that cannot be told."""

    subjects: frozenset[Subject]
    vulnerabilities: frozenset[str]


def rematch(workshop: Workshop, job: Job) -> None:
    """Bring the newest scan of every image that was judged with other advisories up to date."""
    index, digest = workshop.advisories()
    again = _Again(workshop, index, digest)
    with Lease(workshop.database, job, workshop.settings.lease) as lease:
        while True:
            with workshop.database.read() as tx:
                behind = newest_scans(tx, not_judged_with=digest, most=AT_ONCE)
            if not behind:
                break
            again.judge(behind, lease)
    with workshop.database.begin() as tx:
        if not Jobs(tx).finish(job):
            raise LeaseLost


class _Again:
    """A fleet is made of the same software: what was found out about it is kept from image to image."""

    def __init__(self, workshop: Workshop, index: StoreIndex, digest: str) -> None:
        self._workshop, self._database = workshop, workshop.database
        self._index, self._digest = index, digest
        self._changes: dict[str, _Change | None] = {}
        self._subjects: dict[tuple[str, ...], frozenset[Subject]] = {}

    def judge(self, scans: Sequence[NewestScan], lease: Lease) -> None:
        """Judge those of them of which something else is said; the others only learn that they were looked at."""
        with self._database.read() as tx:
            named = names_in_scans(tx, [scan.scan_id for scan in scans])
        settled = []
        for scan in scans:
            lease.check()
            change = self._since(scan.judged_with)
            with self._database.read() as tx:
                dependencies = ScanResultRepository(tx).dependencies(scan.scan_id)
            if change and not self._concerns(change, dependencies, named.get(scan.scan_id, ())):
                settled.append(scan.scan_id)
                continue
            self._judge(scan, dependencies)
        if settled:
            with self._database.begin() as tx:
                for scan_id in settled:
                    ScanResultRepository(tx).set_advisory_digest(scan_id, self._digest)

    def _since(self, digest: str) -> _Change | None:
        if digest not in self._changes:
            found = self._index.changed_since(digest)
            self._changes[digest] = _Change(*found) if found else None
        return self._changes[digest]

    def _concerns(self, change: _Change, dependencies: Sequence[Dependency], names: Collection[str]) -> bool:
        if not change.vulnerabilities.isdisjoint(names):
            return True
        releases = only_release(dependencies)
        asked = (self._asked(item, releases.get(item.ecosystem, "")) for item in dependencies)
        return any(not change.subjects.isdisjoint(subjects) for subjects in asked)

    def _asked(self, item: Dependency, release: str) -> frozenset[Subject]:
        """What matchers would ask about it."""
        key = (*item.identity, item.ecosystem, release, item.source_name, item.cpe)
        if key not in self._subjects:
            item = replace(item, ecosystem=release) if release else item
            self._subjects[key] = frozenset(question(item, self._index.ecosystems).subjects)
        return self._subjects[key]

    def _judge(self, scan: NewestScan, dependencies: Sequence[Dependency]) -> None:
        with self._database.read() as tx:
            components = ScanResultRepository(tx).components(scan.scan_id)
        inventory = Inventory(
            dependencies=dependencies,
            crypto_assets=(),
            observations=(),
            at=datetime.now(UTC),
            components=[part.component for part in components],
        )
        judged = judge(inventory, self._index)
        with self._database.begin() as tx:
            news = FindingRepository(tx).store(scan.product_id, scan.scan_id, judged.findings, whole=True)
            SilencedRepository(tx).replace(scan.scan_id, judged.silenced)
            ScanResultRepository(tx).set_advisory_digest(scan.scan_id, self._digest)
            tell_news(Webhooks(tx, self._workshop.settings, self._workshop.vault), scan.product_id, scan.scan_id, news)
