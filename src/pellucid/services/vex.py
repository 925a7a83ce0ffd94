"""VEX of images: what was decided on the vulnerabilities that their newest finished scan found."""

from dataclasses import dataclass

from pellucid.domain import names
from pellucid.domain.access import Caller
from pellucid.domain.bill import Bill
from pellucid.domain.finding import Silenced
from pellucid.domain.vex import Vex, VexStatement
from pellucid.domain.vex_claim import VexStatus
from pellucid.errors import NotFound
from pellucid.services.bills import Bills
from pellucid.services.vex_statements import known_now, of_decision, of_silenced, present
from pellucid.settings import Settings
from pellucid.storage.database import Transaction
from pellucid.storage.listings.newest_scans import newest_scan_of
from pellucid.storage.listings.vex_findings import VexFinding, vex_findings
from pellucid.storage.repositories.silenced import SilencedRepository


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What is stored about an image: its bill, findings about known vulnerabilities, matches that are none."""

    bill: Bill
    findings: tuple[VexFinding, ...]
    silenced: tuple[Silenced, ...]


class VexReports:
    """What VEX documents about images are made of."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, caller: Caller, product_id: str, image_id: str, finding_id: str = "") -> Decided:
        """Everything, or one finding of the image. NotReady when no scan of the image has finished."""
        bill = Bills(self._tx).get(caller, product_id, image_id)
        scan_id = newest_scan_of(self._tx, image_id)
        wanted = names.resource_id(finding_id, "findingId") if finding_id else ""
        findings = vex_findings(self._tx, scan_id, finding_id=wanted)
        if wanted and not findings:
            raise NotFound(f"There is no finding {wanted} about a known vulnerability in this image.")
        silenced = () if wanted else SilencedRepository(self._tx).of_scan(scan_id)
        return Decided(bill=bill, findings=tuple(findings), silenced=tuple(silenced))


def vex_of(decided: Decided, settings: Settings) -> Vex:
    """The statements; reads the advisories, for what silenced matches are about. Raises Malformed, OSError."""
    bill = decided.bill
    parts = {item.identity: item for item in bill.dependencies}
    findings = (
        of_decision(
            VexStatement(
                vulnerability=item.vulnerability,
                status=VexStatus.UNDER_INVESTIGATION,
                dependencies=present(item.dependencies, parts),
                since=item.create_time,
                action=item.recommended_action,
                finding_id=item.id,
            ),
            item.status,
            item.state,
            reachability=item.reachability,
            conditional=item.conditional,
        )
        for item in decided.findings
    )
    known = known_now(settings, decided.silenced)
    return Vex(bill=bill, statements=(*findings, *of_silenced(decided.silenced, known, parts, bill.created)))
