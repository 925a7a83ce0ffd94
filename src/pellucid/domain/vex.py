"""VEX: statements about whether vulnerabilities matter in a product (CISA, Minimum Requirements for VEX, 2023)."""

from dataclasses import dataclass
from datetime import datetime

from pellucid.domain.bill import Bill
from pellucid.domain.dependency import Dependency
from pellucid.domain.finding import FindingStatus
from pellucid.domain.vex_claim import Justification, VexStatus
from pellucid.domain.vulnerability import Vulnerability

# A finding that nobody has looked at is under investigation; who works on it has accepted it.
OF_FINDING = {
    FindingStatus.NEW: VexStatus.UNDER_INVESTIGATION,
    FindingStatus.IN_PROGRESS: VexStatus.AFFECTED,
    FindingStatus.REJECTED: VexStatus.NOT_AFFECTED,
    FindingStatus.REMEDIATED: VexStatus.FIXED,
}
TO_FINDING = {
    VexStatus.UNDER_INVESTIGATION: FindingStatus.NEW,
    VexStatus.AFFECTED: FindingStatus.IN_PROGRESS,
    VexStatus.NOT_AFFECTED: FindingStatus.REJECTED,
    VexStatus.FIXED: FindingStatus.REMEDIATED,
}


@dataclass(frozen=True, kw_only=True)
class VexStatement:
    """One vulnerability in the image, and the dependencies that have it.

    `source` is who says so, where that is not the team that answers for the product ("Debian"); `justification`
    belongs to NOT_AFFECTED and may be missing, then `impact` says why in words. `action` is what to do, for AFFECTED.
    `note` is for readers. `since` is when this became its status. `finding_id` is empty for what is no finding.
    """

    vulnerability: Vulnerability
    status: VexStatus
    dependencies: tuple[Dependency, ...]
    since: datetime
    justification: Justification | None = None
    impact: str = ""
    action: str = ""
    note: str = ""
    source: str = ""
    finding_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Vex:
    """All statements about an image, whose bill says what it is made of."""

    bill: Bill
    statements: tuple[VexStatement, ...]
