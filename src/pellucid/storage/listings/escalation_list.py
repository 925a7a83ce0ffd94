"""Escalations of a product: the newest first, chosen by what is known of their findings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from pellucid.domain.escalation import Escalation
from pellucid.domain.finding import Predicate
from pellucid.storage.database import Transaction
from pellucid.storage.listings.newest_scans import newest
from pellucid.storage.repositories.escalations import to_domain
from pellucid.storage.repositories.finding_values import BITS
from pellucid.storage.repositories.vulnerability_snapshots import VulnerabilitySnapshots
from pellucid.storage.rows.finding import EscalationRow, FindingRow, OccurrenceRow
from pellucid.storage.rows.scan import ScanRow

Bounds = tuple[float | None, float | None]


@dataclass(frozen=True, kw_only=True)
class EscalationQuery:
    """All that is given must hold. Bounds are included; of `predicates` a finding has one at least.

    `dependency` is a part of a product's name, whatever its case; `vulnerability` a whole name.
    """

    cvss: Bounds = (None, None)
    epss: Bounds = (None, None)
    maturity: Bounds = (None, None)
    time: tuple[datetime | None, datetime | None] = (None, None)
    has_known_fix: bool | None = None
    is_kev: bool | None = None
    predicates: Sequence[Predicate] = ()
    dependency: str = ""
    vulnerability: str = ""
    image_id: str = ""
    skip: int = 0
    size: int = 30


def escalation_list(tx: Transaction, product_id: str, wanted: EscalationQuery) -> list[Escalation]:
    """With the vulnerabilities before and after."""
    query = (
        select(EscalationRow, FindingRow.vulnerability, FindingRow.name)
        .join(FindingRow, FindingRow.id == EscalationRow.finding_id)
        .where(EscalationRow.product_id == product_id, *_conditions(wanted))
        .order_by(EscalationRow.id.desc())
        .offset(wanted.skip)
        .limit(wanted.size)
    )
    rows = tx.session.execute(query).all() if wanted.size else []
    snapshots = VulnerabilitySnapshots(tx).get(key for row, _, _ in rows for key in (row.before_id, row.after_id))
    return [to_domain(row, vulnerability or name, snapshots) for row, vulnerability, name in rows]


def _conditions(wanted: EscalationQuery) -> list[ColumnElement[bool]]:
    finding = FindingRow
    conditions: list[ColumnElement[bool]] = []
    for column, (low, high) in (
        (finding.cvss_score, wanted.cvss),
        (finding.epss, wanted.epss),
        (finding.maturity, wanted.maturity),
    ):
        conditions += [column >= low] if low is not None else []
        conditions += [column <= high] if high is not None else []
    since, until = wanted.time
    conditions += [EscalationRow.create_time >= since] if since else []
    conditions += [EscalationRow.create_time <= until] if until else []
    conditions += [finding.has_known_fix == wanted.has_known_fix] if wanted.has_known_fix is not None else []
    conditions += [finding.is_kev == wanted.is_kev] if wanted.is_kev is not None else []
    if wanted.predicates:
        mask = sum(BITS[item] for item in dict.fromkeys(wanted.predicates))
        conditions.append(finding.predicates.bitwise_and(mask) != 0)
    if wanted.dependency:
        conditions.append(finding.dependency_product.icontains(wanted.dependency, autoescape=True))
    conditions += [finding.vulnerability == wanted.vulnerability] if wanted.vulnerability else []
    if wanted.image_id:
        scans = newest().where(ScanRow.image_id == wanted.image_id)
        conditions.append(finding.id.in_(select(OccurrenceRow.finding_id).where(OccurrenceRow.scan_id.in_(scans))))
    return conditions
