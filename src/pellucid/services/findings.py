"""Findings of products: one with its occurrences, decisions on it, and what became worse."""

from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.domain import names
from pellucid.domain.access import Caller
from pellucid.domain.escalation import Escalation
from pellucid.domain.finding import FindingStatus
from pellucid.domain.product_finding import PlaceOfFinding, ProductFinding
from pellucid.domain.scan import Scan, ScanStateType
from pellucid.domain.triage import FindingState
from pellucid.errors import Detail, InvalidRequest, NotFound
from pellucid.services.images import Images
from pellucid.services.products import Products
from pellucid.storage.database import Transaction
from pellucid.storage.listings.escalation_list import EscalationQuery, escalation_list
from pellucid.storage.listings.finding_places import places_of
from pellucid.storage.listings.product_findings import product_findings
from pellucid.storage.repositories.finding_states import FindingStateRepository

LAST_UPLOADED = "lastUploaded"


@dataclass(frozen=True, kw_only=True)
class WholeFinding:
    """A finding with its occurrences in one image, in its newest finished scan, and the decisions, newest first."""

    finding: ProductFinding
    places: Sequence[PlaceOfFinding]
    scan: Scan | None
    states: Sequence[FindingState]


class Findings:
    """Findings of one product at a time; NotFound when it is not the caller's, or has no such finding."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, caller: Caller, product_id: str, finding_id: str, *, image_id: str = LAST_UPLOADED) -> WholeFinding:
        """Occurrences are those of an image, or of the one that was uploaded last of those that have been scanned."""
        finding = self._reached(caller, product_id, finding_id)
        scan = self._scan(product_id, image_id)
        return WholeFinding(
            finding=finding,
            places=places_of(self._tx, finding.id, scan.id) if scan else (),
            scan=scan,
            states=FindingStateRepository(self._tx).of_findings([finding.id]),
        )

    def set_state(self, caller: Caller, product_id: str, finding_id: str, status: str) -> FindingState:
        """Decide; the decision counts for every image of the product, those to come included."""
        finding = self._reached(caller, product_id, finding_id)
        return FindingStateRepository(self._tx).enter(finding.id, _status(status), author=caller.user)

    def escalations(self, caller: Caller, product_id: str, wanted: EscalationQuery) -> Sequence[Escalation]:
        """The newest first."""
        product = Products(self._tx).get(caller, product_id)
        return escalation_list(self._tx, product.id, wanted)

    def of_escalations(self, escalations: Sequence[Escalation]) -> dict[str, ProductFinding]:
        """The findings that they are about, by id."""
        ids = list(dict.fromkeys(item.finding_id for item in escalations))
        return {finding.id: finding for finding in product_findings(self._tx, ids)}

    def _reached(self, caller: Caller, product_id: str, finding_id: str) -> ProductFinding:
        product = Products(self._tx).get(caller, product_id)
        found = product_findings(self._tx, [names.resource_id(finding_id, "findingId")])
        if not found or found[0].product_id != product.id:
            raise NotFound(f"There is no finding {finding_id[:40]} in this product.")
        return found[0]

    def _scan(self, product_id: str, image_id: str) -> Scan | None:
        images = Images(self._tx)
        if image_id != LAST_UPLOADED:
            chosen = [images.get(product_id, names.resource_id(image_id, "occurrences.imageId"))]
        else:
            chosen = [image for image in images.list(product_id, with_counts=False) if not image.is_archived]
        done = (scan for image in chosen for scan in image.scans if scan.latest_state.type is ScanStateType.DONE)
        return next(done, None)


def _status(text: str) -> FindingStatus:
    spelt = {status.replace(" ", ""): status for status in FindingStatus}
    status = spelt.get(text.strip().lower().replace(" ", "").replace("_", ""))
    if status is None:
        reason = f"must be one of {', '.join(FindingStatus)}"
        raise InvalidRequest(f"status: {reason}.", details=[Detail(reason=reason, field="status")])
    return status
