"""VEX statements of findings, of matches that were silenced, and of whole scans. Knows no database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pellucid.advisories import feeds
from pellucid.advisories.store.index import StoreIndex
from pellucid.domain.bill import Bill
from pellucid.domain.dependency import Dependency
from pellucid.domain.finding import Finding, FindingStatus, Identity, Silenced, SilenceKind
from pellucid.domain.scan_result import ScanResult
from pellucid.domain.triage import FindingState
from pellucid.domain.vex import OF_FINDING, TO_FINDING, Vex, VexStatement
from pellucid.domain.vex_claim import HeldClaim, ImageNames, Justification, VexStatus, file_name
from pellucid.domain.vulnerability import Vulnerability
from pellucid.services.advisories import open_for_reading
from pellucid.services.vex_coverage import Claims, source_of
from pellucid.settings import Settings

UNREACHABLE = "unreachable"
NOT_BUILT = "The kernel that was found has not been built with the code that has it."
CONDITIONAL = "It matters only together with a platform that is not known to be there."
SILENCED = {
    SilenceKind.FIXED: VexStatus.FIXED,
    SilenceKind.NOT_AFFECTED: VexStatus.NOT_AFFECTED,
    SilenceKind.VEX: VexStatus.NOT_AFFECTED,
}


def of_decision(
    plain: VexStatement, status: FindingStatus, state: FindingState | None, *, reachability: str, conditional: bool
) -> VexStatement:
    """`plain` with the status of its finding, and what is said of it besides by whoever decided and by matchers."""
    notes = [state.note] if state else []
    notes += [NOT_BUILT] if reachability == UNREACHABLE else []
    notes += [CONDITIONAL] if conditional else []
    word = state.justification if state else ""
    label = OF_FINDING[status]
    return replace(
        plain,
        status=label,
        since=state.create_time if state else plain.since,
        justification=Justification(word) if word in set(Justification) and status is FindingStatus.REJECTED else None,
        action=plain.action if label is VexStatus.AFFECTED else "",
        note=" ".join(filter(None, notes)),
        source=state.source if state else "",
    )


def of_silenced(
    silenced: Iterable[Silenced],
    known: Mapping[str, Vulnerability],
    parts: Mapping[Identity, Dependency],
    since: datetime,
) -> Iterator[VexStatement]:
    """One for all dependencies of which the same is said."""
    same: dict[tuple[str, str, SilenceKind, str], list[Identity]] = defaultdict(list)
    for item in silenced:
        same[item.vulnerability, item.source, item.kind, item.reason].append(item.dependency)
    for (name, source, kind, reason), identities in same.items():
        status = SILENCED[kind]
        yield VexStatement(
            vulnerability=known.get(name) or Vulnerability(name=name),
            status=status,
            dependencies=present(identities, parts),
            since=since,
            source=publisher(source),
            impact=reason if status is VexStatus.NOT_AFFECTED else "",
            note=reason if status is not VexStatus.NOT_AFFECTED else "",
        )


def of_scan(result: ScanResult, bill: Bill, settings: Settings) -> Vex:
    """Of a scan that no product stands behind: nobody has decided, but for documents that lie in the image.

    Raises Malformed, OSError when the advisories cannot be read.
    """
    parts = {item.identity: item for item in bill.dependencies}
    held = (
        HeldClaim(claim=claim, document=file_name(claim.evidence.artefact), attached=False, received=result.finished)
        for claim in result.vex_claims
    )
    claims = Claims(held, ImageNames(name=result.filename, version="", filename=result.filename, sha256=result.sha256))
    findings = [_of_finding(item, claims, parts, bill.created) for item in result.findings if item.vulnerability]
    known = known_now(settings, result.silenced)
    return Vex(bill=bill, statements=(*findings, *of_silenced(result.silenced, known, parts, bill.created)))


def _of_finding(item: Finding, claims: Claims, parts: Mapping[Identity, Dependency], since: datetime) -> VexStatement:
    about = item.vulnerability
    assert about is not None
    plain = VexStatement(
        vulnerability=about,
        status=VexStatus.UNDER_INVESTIGATION,
        dependencies=present(item.dependencies, parts),
        since=since,
        action=item.recommended_action,
    )
    claim = claims.decisive((about.name, *about.aliases), plain.dependencies)
    state = _state(claim) if claim else None
    status = state.status if state else FindingStatus.NEW
    return of_decision(plain, status, state, reachability=item.reachability, conditional=item.conditional)


def _state(held: HeldClaim) -> FindingState:
    """The decision that a server would take of a claim."""
    said = held.claim.statement
    return FindingState(
        id="",
        finding_id="",
        status=TO_FINDING[said.status],
        create_time=held.time,
        source=source_of(held),
        justification=said.justification or "",
        note=said.note,
        said_time=held.time,
        is_proposed=not held.attached,
    )


def present(identities: Sequence[Identity], parts: Mapping[Identity, Dependency]) -> tuple[Dependency, ...]:
    """Those that the bill has, each once."""
    return tuple(parts[identity] for identity in dict.fromkeys(identities) if identity in parts)


def publisher(source: str) -> str:
    """What a source is called: the title of a feed, "Debian 12" of "Debian:12"; "" for ourselves."""
    if source == "pellucid":
        return ""
    return feeds.feed(source).title if source in feeds.MODULES else source.replace(":", " ")


def known_now(settings: Settings, silenced: Iterable[Silenced]) -> Mapping[str, Vulnerability]:
    """What the advisories in use say of vulnerabilities that are no findings. Raises Malformed, OSError."""
    names = sorted({item.vulnerability for item in silenced})
    if not names:
        return {}
    store = open_for_reading(settings)
    try:
        return StoreIndex(store).vulnerabilities(names)
    finally:
        store.close()
