"""Findings: judgements on facts that a person should act on."""

from dataclasses import dataclass, field
from enum import StrEnum

from pellucid.domain.evidence import Evidence
from pellucid.domain.severity import Severity


class FindingType(StrEnum):
    """Types of the v4 contract."""

    KNOWN_VULNERABILITY = "knownVulnerability"
    UNKNOWN_VULNERABILITY = "unknownVulnerability"
    MALICIOUS_CODE = "maliciousCode"
    SUSPICIOUS_CODE = "suspiciousCode"
    DEPENDENCY_VULNERABILITY = "dependencyVulnerability"
    CRYPTOGRAPHIC_ASSET = "cryptographicAsset"
    MITIGATION = "mitigation"
    WEAKNESS = "weakness"
    SUPPLY_CHAIN_FAILURE = "supplyChainFailure"
    SECRET = "secret"  # noqa: S105 (a word of the contract)
    LEAKED_SECRET = "leakedSecret"  # noqa: S105 (a word of the contract)
    UNCATEGORIZED = "uncategorized"


class FindingStatus(StrEnum):
    NEW = "new"
    IN_PROGRESS = "in progress"
    REJECTED = "rejected"
    REMEDIATED = "remediated"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A judgement, as a matcher yields it. `key` is stable over scans and images: it makes the finding the product's.

    `class_` groups types ("vulnerability", "cryptography", "secret"); identifiers are pairs such as ("cve", "CVE-…").
    `dependencies` are the identities of all that it is about, `dependency` is the one that stands for them.
    """

    key: str
    class_: str
    type: FindingType
    severity: Severity
    name: str
    title: str
    description: str
    evidence: tuple[Evidence, ...]
    identifiers: tuple[tuple[str, str], ...] = ()
    recommended_action: str = ""
    known_fixed_version: str = ""
    is_kev: bool = False
    cvss_score: float | None = None
    confidence: float = 1.0
    dependency: tuple[str, str, str, str] | None = None
    dependencies: tuple[tuple[str, str, str, str], ...] = ()
    references: tuple[str, ...] = field(default=())
