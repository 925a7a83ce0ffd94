"""VEX: statements about whether vulnerabilities matter in a product (CISA, Minimum Requirements for VEX, 2023)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pellucid.domain.bill import Bill
from pellucid.domain.dependency import Dependency
from pellucid.domain.finding import FindingStatus
from pellucid.domain.vulnerability import Vulnerability


class VexStatus(StrEnum):
    """The four status labels, as OpenVEX spells them."""

    NOT_AFFECTED = "not_affected"
    AFFECTED = "affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


class Justification(StrEnum):
    """Why a product is not affected, as OpenVEX spells it."""

    COMPONENT_NOT_PRESENT = "component_not_present"
    CODE_NOT_PRESENT = "vulnerable_code_not_present"
    CODE_NOT_IN_EXECUTE_PATH = "vulnerable_code_not_in_execute_path"
    CODE_NOT_CONTROLLABLE = "vulnerable_code_cannot_be_controlled_by_adversary"
    MITIGATIONS_EXIST = "inline_mitigations_already_exist"


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


@dataclass(frozen=True, kw_only=True)
class ReadStatement:
    """A statement of a document that was given to us. `names` are the vulnerability's, the first one its own.

    `products` are what it is said of: package URLs, CPE names or plain names, as they stand in the document; none
    means the image that the document came with. `document` and `author` say where it is from.
    """

    names: tuple[str, ...]
    status: VexStatus
    products: tuple[str, ...] = ()
    justification: Justification | None = None
    note: str = ""
    since: datetime | None = None
