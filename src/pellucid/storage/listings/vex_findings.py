"""Findings about known vulnerabilities as one scan has them: what VEX documents are written of and matched with."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from pellucid.domain.finding import FindingStatus, Identity
from pellucid.domain.triage import FindingState
from pellucid.domain.vulnerability import Vulnerability
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.finding_states import FindingStateRepository
from pellucid.storage.repositories.vulnerability_snapshots import VulnerabilitySnapshots
from pellucid.storage.rows.finding import FindingBodyRow, FindingRow, OccurrenceDependencyRow, OccurrenceRow
from pellucid.storage.rows.inventory import ScanDependencyRow


@dataclass(frozen=True, kw_only=True)
class VexFinding:
    """`vulnerability` is what was known when it was judged, `state` the newest decision, if there is any."""

    id: str
    status: FindingStatus
    create_time: datetime
    vulnerability: Vulnerability
    recommended_action: str
    conditional: bool
    reachability: str
    dependencies: tuple[Identity, ...] = ()
    state: FindingState | None = None


def vex_findings(tx: Transaction, scan_id: str, *, finding_id: str = "") -> Sequence[VexFinding]:
    """All of the scan, or the one."""
    seen = OccurrenceRow
    query = (
        select(FindingRow, seen.reachability, FindingBodyRow.details)
        .join(seen, seen.finding_id == FindingRow.id)
        .outerjoin(FindingBodyRow, FindingBodyRow.finding_id == FindingRow.id)
        .where(seen.scan_id == scan_id, FindingRow.vulnerability != "")
        .order_by(FindingRow.vulnerability, FindingRow.id)
        # Decisions are written without the session's knowledge.
        .execution_options(populate_existing=True)
    )
    if finding_id:
        query = query.where(FindingRow.id == finding_id)
    rows = tx.session.execute(query).all()
    known = VulnerabilitySnapshots(tx).get(row.snapshot_id for row, *_ in rows)
    about = _dependencies(tx, scan_id, finding_id)
    states = FindingStateRepository(tx).newest([row.id for row, *_ in rows])
    return [
        VexFinding(
            id=row.id,
            status=FindingStatus(row.status),
            create_time=row.create_time,
            vulnerability=known.get(row.snapshot_id or "") or Vulnerability(name=row.vulnerability),
            recommended_action=(details or {}).get("recommendedAction", ""),
            conditional=row.is_conditional,
            reachability=reachability,
            dependencies=tuple(about.get(row.id, ())),
            state=states.get(row.id),
        )
        for row, reachability, details in rows
    ]


def _dependencies(tx: Transaction, scan_id: str, finding_id: str) -> Mapping[str, Sequence[Identity]]:
    """What each finding is about, in the order of the scan."""
    about, software = OccurrenceDependencyRow, ScanDependencyRow
    query: Any = (
        select(about.finding_id, software.vendor, software.product, software.version, software.purl)
        .join(software, (software.scan_id == about.scan_id) & (software.number == about.dependency))
        .where(about.scan_id == scan_id)
        .order_by(software.number)
    )
    if finding_id:
        query = query.where(about.finding_id == finding_id)
    found: dict[str, list[Identity]] = defaultdict(list)
    for key, *identity in tx.session.execute(query):
        vendor, product, version, purl = identity
        found[key].append((vendor, product, version, purl))
    return found
