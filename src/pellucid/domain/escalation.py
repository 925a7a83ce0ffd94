"""Escalations: news that the vulnerability behind a finding has become worse, and what counts as such."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pellucid.domain.finding import Finding, Predicate
from pellucid.domain.severity import Severity
from pellucid.domain.vulnerability import Vulnerability

EPSS_STEPS = (0.1, 0.5)
"""Probabilities of exploitation whose crossing is news."""
EPSS_JUMP = 0.2
"""A rise of this much is news wherever it begins."""


class EscalationKind(StrEnum):
    KNOWN_EXPLOITED = "knownExploited"
    RANSOMWARE = "ransomware"
    EXPLOIT = "exploit"  # a kind of exploit that was not known before
    EPSS = "epss"
    SEVERITY = "severity"
    FIX_KNOWN = "fixKnown"  # good news, but news that asks for action


class EscalationStatus(StrEnum):
    NEW = "new"
    SEEN = "seen"  # a decision on the finding was taken since


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How bad a finding is: what escalations compare. `epss` None: not known; `fix` is a version, "" when none is."""

    severity: Severity
    predicates: tuple[Predicate, ...] = ()
    epss: float | None = None
    epss_model: str = ""
    fix: str = ""

    @classmethod
    def of(cls, finding: Finding) -> "Standing":
        epss = finding.vulnerability.epss if finding.vulnerability else None
        return cls(
            severity=finding.severity,
            predicates=finding.all_predicates,
            epss=epss.probability if epss else None,
            epss_model=epss.model if epss else "",
            fix=finding.known_fixed_version,
        )


@dataclass(frozen=True, kw_only=True)
class Worse:
    """One thing that became worse, as texts."""

    kind: EscalationKind
    before: str
    after: str


def worse(before: Standing, after: Standing) -> Iterator[Worse]:
    """What is news. Of several things that come together the strongest is told: ransomware implies exploitation."""
    new = [item for item in after.predicates if item not in before.predicates]
    if Predicate.KEV in new:
        yield Worse(kind=EscalationKind.KNOWN_EXPLOITED, before="false", after="true")
    elif Predicate.RANSOMWARE in new:
        yield Worse(kind=EscalationKind.RANSOMWARE, before="false", after="true")
    exploits = [item for item in new if item not in (Predicate.KEV, Predicate.RANSOMWARE)]
    known = [item for item in before.predicates if item not in (Predicate.KEV, Predicate.RANSOMWARE)]
    if exploits and (not known or _rank(exploits[0]) < _rank(known[0])):
        yield Worse(kind=EscalationKind.EXPLOIT, before=known[0] if known else "", after=exploits[0])
    if _has_jumped(before, after):
        yield Worse(kind=EscalationKind.EPSS, before=f"{before.epss:.5f}", after=f"{after.epss:.5f}")
    if after.severity.rank > before.severity.rank:
        yield Worse(kind=EscalationKind.SEVERITY, before=before.severity, after=after.severity)
    if after.fix and not before.fix:
        yield Worse(kind=EscalationKind.FIX_KNOWN, before="", after=after.fix)


def _rank(predicate: Predicate) -> int:
    return list(Predicate).index(predicate)


def _has_jumped(before: Standing, after: Standing) -> bool:
    """Only between scores of one model: a new model moves all of them."""
    if before.epss is None or after.epss is None or before.epss_model != after.epss_model:
        return False
    crossed = any(before.epss < step <= after.epss for step in EPSS_STEPS)
    return crossed or after.epss - before.epss >= EPSS_JUMP


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """News about a finding of a product, with the vulnerability before and after where both are kept.

    `vulnerability_id` is the id of its name, `history_id` that of what was known of it after the change.
    """

    id: str
    product_id: str
    finding_id: str
    kind: EscalationKind
    before: str
    after: str
    status: EscalationStatus
    create_time: datetime
    vulnerability_name: str
    vulnerability_id: str
    history_id: str
    vulnerability_before: Vulnerability | None = None
    vulnerability_after: Vulnerability | None = None
