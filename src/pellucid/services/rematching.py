"""Matching again: when advisories change, stored inventories are judged anew, without reading a byte of firmware.

New vulnerabilities become findings, existing ones that became worse become escalations. Only images are judged again
of whose software, or findings, something else is said now.
"""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from msgspec import structs

from pellucid.advisories.key_groups import KEYS
from pellucid.advisories.store.index import StoreIndex
from pellucid.analysis.matcher import Inventory
from pellucid.domain.dependency import Dependency
from pellucid.domain.statement import Subject
from pellucid.errors import LeaseLost
from pellucid.matchers.compromised_keys import compromised_keys
from pellucid.matchers.embedded_private_keys import embedded_private_keys
from pellucid.matchers.vulnerabilities.kernels import OBSERVED
from pellucid.matchers.vulnerabilities.questions import only_release, question
from pellucid.services.finding_news import tell_news
from pellucid.services.lease import Lease
from pellucid.services.scan_jobs import Workshop
from pellucid.services.scanning import Judged, judge
from pellucid.services.shared_keys import StoredKeyHolders
from pellucid.services.vex_claims import apply_claims, hold_claims
from pellucid.services.webhooks import Webhooks
from pellucid.storage.database import Transaction
from pellucid.storage.listings.fleet_software import FleetSoftware
from pellucid.storage.listings.newest_scans import NewestScan, newest_scans
from pellucid.storage.listings.vulnerability_names import names_in_scans
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.jobs import Job, Jobs
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.silenced import SilencedRepository

# What they say of keys depends on lists that are taken in, and on other images.
KEY_MATCHERS = (compromised_keys, embedded_private_keys)
AT_ONCE = 50
# So many scans are written in one transaction: with more, others wait too long for the database.
TOGETHER = 10


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


@dataclass(frozen=True)
class _Plan:
    """What of a scan is judged again: what these vulnerabilities are to it (None: all are), and its keys."""

    scan: NewestScan
    only: Set[str] | None
    keys: bool

    @property
    def is_needed(self) -> bool:
        return self.only is None or bool(self.only) or self.keys


class _Again:
    """A fleet is made of the same software: what was found out about it is kept from image to image."""

    def __init__(self, workshop: Workshop, index: StoreIndex, digest: str) -> None:
        self._workshop, self._database = workshop, workshop.database
        self._index, self._digest = index, digest
        self._changes: dict[str, _Change | None] = {}
        self._software = FleetSoftware()
        # By identity: the fleet's software is made once, and kept.
        self._subjects: dict[tuple[int, str], frozenset[Subject]] = {}

    def judge(self, scans: Sequence[NewestScan], lease: Lease) -> None:
        """Judge those of them of which something else is said; the others only learn that they were looked at."""
        ids = [scan.scan_id for scan in scans]
        with self._database.read() as tx:
            named = names_in_scans(tx, ids)
            software = self._software.of_scans(tx, ids)
        plan = [self._plan(scan, software.get(scan.scan_id, ()), named.get(scan.scan_id, set())) for scan in scans]
        for start in range(0, len(plan), TOGETHER):
            lease.check()
            self._bring_up_to_date(plan[start : start + TOGETHER])

    def _plan(self, scan: NewestScan, software: Collection[Dependency], names: Set[str]) -> _Plan:
        return _Plan(scan, self._only(scan, software, names), self._keys(scan))

    def _only(self, scan: NewestScan, software: Collection[Dependency], names: Set[str]) -> Set[str] | None:
        """Of which vulnerabilities something else may be said of an image; None: of any."""
        change = self._since(scan.judged_with)
        return None if change is None else self._concerned(change, software, names)

    def _keys(self, scan: NewestScan) -> bool:
        """Whether something else may be said of the keys of an image."""
        change = self._since(scan.judged_with)
        return change is None or any(ecosystem == KEYS for ecosystem, _ in change.subjects)

    def _since(self, digest: str) -> _Change | None:
        if digest not in self._changes:
            found = self._index.changed_since(digest)
            self._changes[digest] = _Change(*found) if found else None
        return self._changes[digest]

    def _concerned(self, change: _Change, software: Collection[Dependency], names: Set[str]) -> Set[str]:
        """Of which vulnerabilities something else may be said of an image: those that it has, or may have now."""
        releases = only_release(software)
        asked = (subject for item in software for subject in self._asked(item, releases.get(item.ecosystem, "")))
        subjects = change.subjects.intersection(asked)
        if not subjects:
            return names & change.vulnerabilities
        said = self._index.about(subjects).values()
        spoken_of = {item.vulnerability for statements in said for item in statements}
        return (names | spoken_of) & change.vulnerabilities

    def _asked(self, item: Dependency, release: str) -> frozenset[Subject]:
        """What matchers would ask about it."""
        known = self._subjects.get((id(item), release))
        if known is None:
            of_release = replace(item, ecosystem=release) if release else item
            known = frozenset(question(of_release, self._index.ecosystems).subjects)
            self._subjects[id(item), release] = known
        return known

    def _bring_up_to_date(self, plans: Sequence[_Plan]) -> None:
        """A few scans in one transaction: each would wait for the disk."""
        with self._database.read() as tx:
            wanted = [(plan, self._inventory(tx, plan)) for plan in plans if plan.is_needed]
        judged = [(plan.scan, plan.only, self._judged(plan, inventory)) for plan, inventory in wanted]
        settings, vault = self._workshop.settings, self._workshop.vault
        with self._database.begin() as tx:
            hold_claims(tx, [scan.scan_id for scan, *_ in judged])
            for scan, only, said in judged:
                findings = FindingRepository(tx)
                news = findings.store(scan.product_id, scan.scan_id, said.findings, whole=only is None, of=only)
                apply_claims(tx, scan.scan_id)
                SilencedRepository(tx).replace(scan.scan_id, said.silenced, of=only)
                tell_news(Webhooks(tx, settings, vault), scan.product_id, scan.scan_id, news)
            for plan in plans:
                ScanResultRepository(tx).set_advisory_digest(plan.scan.scan_id, self._digest)

    def _judged(self, plan: _Plan, inventory: Inventory) -> Judged:
        """What is said of software, and of keys; of certificates time decides, and that is for the next scan."""
        keys = judge(inventory, self._index, KEY_MATCHERS) if plan.keys else None
        said = judge(structs.replace(inventory, crypto_assets=()), self._index)
        return replace(said, findings=(*said.findings, *keys.findings)) if keys else said

    def _inventory(self, tx: Transaction, plan: _Plan) -> Inventory:
        results, scan, scan_id, only = ScanResultRepository(tx), plan.scan, plan.scan.scan_id, plan.only
        return Inventory(
            dependencies=results.dependencies(scan_id) if only is None or only else (),
            crypto_assets=results.crypto_assets(scan_id) if plan.keys else (),
            key_holders=StoredKeyHolders(self._database, scan.product_id, scan.image_id),
            observations=results.observations(scan_id, *OBSERVED),
            at=datetime.now(UTC),
            components=[part.component for part in results.components(scan_id)],
            only=only,
        )
