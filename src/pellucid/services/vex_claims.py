"""Claims of VEX documents become decisions on findings: shown as such, and never against a person's own."""

from collections.abc import Collection

from pellucid.domain.finding import FindingStatus
from pellucid.domain.triage import FindingState
from pellucid.domain.vex import TO_FINDING
from pellucid.domain.vex_claim import HeldClaim
from pellucid.services.vex_coverage import Claims, source_of
from pellucid.services.vex_statements import present
from pellucid.storage.database import Transaction
from pellucid.storage.listings.vex_findings import VexFinding, vex_findings
from pellucid.storage.repositories.finding_states import FindingStateRepository
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.vex_claims import VexClaimRepository


def hold_claims(tx: Transaction, scan_ids: Collection[str]) -> None:
    """Let no attachment be read for the images of these scans meanwhile; before anything is written."""
    VexClaimRepository(tx).hold_images_of(scan_ids)


def apply_claims(tx: Transaction, scan_id: str) -> int:
    """Enter what the documents in and with the image of a scan say of its findings; how many decisions that are.

    The findings of the scan must be stored before, and its image be held before that (`hold_claims`). Doing it again
    changes nothing.
    """
    repository = VexClaimRepository(tx)
    held = repository.for_scan(scan_id)
    if not held:
        return 0
    claims = Claims(held, repository.image_of(scan_id))
    parts = {item.identity: item for item in ScanResultRepository(tx).dependencies(scan_id)}
    chosen: dict[str, tuple[VexFinding, HeldClaim]] = {}
    for finding in vex_findings(tx, scan_id):
        names = (finding.vulnerability.name, *finding.vulnerability.aliases)
        if claim := claims.decisive(names, present(finding.dependencies, parts)):
            chosen[finding.id] = finding, claim
    states = FindingStateRepository(tx)
    decided = states.newest(sorted(chosen), hold=True)
    changed = [
        (finding, claim) for finding, claim in chosen.values() if _counts(claim, finding, decided.get(finding.id))
    ]
    for finding, claim in changed:
        said = claim.claim.statement
        states.enter(
            finding.id,
            TO_FINDING[said.status],
            source=source_of(claim),
            justification=said.justification or "",
            note=said.note,
            said_time=claim.time,
            is_proposed=not claim.attached,
        )
    return len(changed)


def _counts(held: HeldClaim, finding: VexFinding, state: FindingState | None) -> bool:
    """Whether a claim may change the finding, and would."""
    status = TO_FINDING[held.claim.statement.status]
    if state is None:
        # What is only looked into is what it was; a status without a decision was set by nobody.
        return status is not FindingStatus.NEW and finding.status is FindingStatus.NEW
    if state.author is not None or (not held.attached and not state.is_proposed):
        return False
    newer = state.said_time is None or held.time > state.said_time
    if held.attached and state.is_proposed:
        return True
    return newer and not _same(held, state, status)


def _same(held: HeldClaim, state: FindingState, status: FindingStatus) -> bool:
    said = held.claim.statement
    return (status, said.justification or "", said.note) == (state.status, state.justification, state.note)
