"""Classes of findings: what a judgement means, once for all findings of its kind."""

from dataclasses import dataclass

from pellucid.domain.finding import FindingType
from pellucid.domain.severity import Severity


@dataclass(frozen=True, kw_only=True)
class FindingClass:
    """A kind of judgement. `id` is hierarchical: "mitigation/elf/relro-missing".

    `title` names the finding; `description` says what is the case, `impact` what follows from it, `action` what to do;
    each is one to three sentences that hold for every finding of the class. `weaknesses` are CWE ids ("CWE-693").
    """

    id: str
    type: FindingType
    severity: Severity
    title: str
    description: str
    impact: str
    action: str
    weaknesses: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subtype: str = ""
