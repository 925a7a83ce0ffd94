"""News: what storing the judgement of a scan has added to its product."""

from dataclasses import dataclass

from pellucid.domain.escalation import EscalationKind
from pellucid.domain.finding import FindingType
from pellucid.domain.severity import Severity


@dataclass(frozen=True, kw_only=True)
class NewFinding:
    id: str
    name: str
    type: FindingType
    severity: Severity


@dataclass(frozen=True, kw_only=True)
class NewEscalation:
    """`name` is that of the finding; `before` and `after` are texts."""

    id: str
    finding_id: str
    name: str
    kind: EscalationKind
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class FindingNews:
    findings: tuple[NewFinding, ...] = ()
    escalations: tuple[NewEscalation, ...] = ()
