"""Escalations on the wire, and as a table."""

from collections.abc import Mapping, Sequence

from pellucid.api.schemas.finding import Finding
from pellucid.api.schemas.vulnerability import Vulnerability
from pellucid.api.schemas.wire import Time, Wire, rfc3339
from pellucid.domain.escalation import Escalation
from pellucid.domain.product_finding import ProductFinding

TABLE = ("id", "createTime", "vulnId", "kind", "before", "after", "status", "findingId", "vulnerabilityId")
OF_FINDING = ("displayName", "severity", "findingStatus", "knownFixedVersion")


class VulnerabilityDiff(Wire):
    vulnerability_current: Vulnerability
    vulnerability_previous: Vulnerability | None


class ProductFindingEscalation(Wire):
    id: str
    create_time: Time
    vuln_id: str
    finding_id: str
    vulnerability_id: str
    vulnerability_history_id: str
    finding: Finding | None
    vulnerability_diff: VulnerabilityDiff | None

    @classmethod
    def of(
        cls, value: Escalation, finding: ProductFinding | None = None, *, with_diff: bool = False
    ) -> "ProductFindingEscalation":
        return cls(
            id=value.id,
            create_time=value.create_time,
            vuln_id=value.vulnerability_name,
            finding_id=value.finding_id,
            vulnerability_id=value.vulnerability_id,
            vulnerability_history_id=value.history_id,
            finding=Finding.of(finding) if finding else None,
            vulnerability_diff=_diff(value) if with_diff else None,
        )


class ProductFindingEscalations(Wire):
    escalations: list[ProductFindingEscalation]


def _diff(value: Escalation) -> VulnerabilityDiff | None:
    """None where nothing was kept of the vulnerability."""
    after, before = value.vulnerability_after, value.vulnerability_before
    if after is None:
        return None
    return VulnerabilityDiff(
        vulnerability_current=Vulnerability.of(after),
        vulnerability_previous=Vulnerability.of(before) if before else None,
    )


def table_row(value: Escalation, finding: ProductFinding | None) -> Sequence[str]:
    """The columns of TABLE and OF_FINDING."""
    shown: Mapping[str, str] = {
        "id": value.id,
        "createTime": rfc3339(value.create_time),
        "vulnId": value.vulnerability_name,
        "kind": value.kind,
        "before": value.before,
        "after": value.after,
        "status": value.status,
        "findingId": value.finding_id,
        "vulnerabilityId": value.vulnerability_id,
        "displayName": finding.title if finding else "",
        "severity": finding.severity if finding else "",
        "findingStatus": finding.status if finding else "",
        "knownFixedVersion": finding.known_fixed_version if finding else "",
    }
    return [str(shown[name]) for name in (*TABLE, *OF_FINDING)]
