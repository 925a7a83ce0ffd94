"""VEX statements of findings, of matches that were silenced, and of whole scans. Knows no database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pellucid.advisories import feeds
from pellucid.advisories.store.index import StoreIndex
from pellucid.domain.dependency import Dependency
from pellucid.domain.finding import Finding, FindingStatus, Identity, Silenced, SilenceKind
from pellucid.domain.triage import FindingState
from pellucid.domain.vex import OF_FINDING, VexStatement
from pellucid.domain.vex_claim import Justification, VexStatus
from pellucid.domain.vulnerability import Vulnerability
from pellucid.services.advisories import open_for_reading
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


def of_findings(
    findings: Iterable[Finding], parts: Mapping[Identity, Dependency], since: datetime
) -> Iterator[VexStatement]:
    """Of findings that nobody has decided on."""
    for item in findings:
        if item.vulnerability is None:
            continue
        plain = VexStatement(
            vulnerability=item.vulnerability,
            status=VexStatus.UNDER_INVESTIGATION,
            dependencies=present(item.dependencies, parts),
            since=since,
        )
        yield of_decision(plain, FindingStatus.NEW, None, reachability=item.reachability, conditional=item.conditional)


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
