"""Findings: judgements on facts that a person should act on."""

from dataclasses import dataclass, field
from enum import StrEnum

from pellucid.domain.evidence import Evidence
from pellucid.domain.secret import Secret
from pellucid.domain.severity import Severity
from pellucid.domain.vulnerability import Vulnerability

Identity = tuple[str, str, str, str]
"""Vendor, product, version and purl of a dependency."""


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


class FindingSubtype(StrEnum):
    """What of a type of findings it is, in the words of the contract."""

    ALGORITHM = "algorithm"
    CERTIFICATE = "certificate"
    PROTOCOL = "protocol"
    KEY = "key"


class FindingStatus(StrEnum):
    NEW = "new"
    IN_PROGRESS = "in progress"
    REJECTED = "rejected"
    REMEDIATED = "remediated"


class Predicate(StrEnum):
    """What makes a vulnerability likely to be used, in the words and the order of the v4 contract; the worst first."""

    KEV = "kev"
    RANSOMWARE = "ransomware"
    WEAPONISED = "weaponizedExploit"
    VERIFIED = "verifiedExploit"
    EXPLOIT = "publicExploit"
    POC = "publicPoc"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why there is a finding: what says that this version is affected, and how the version is known.

    `source` is the feed and `record` the id of its record; `range` the range that the version lies in, as a text
    (">= 1.0, < 1.2"); `witness` what the dependency was recognised by; `note` one sentence, with what to keep in mind.
    """

    source: str
    record: str = ""
    range: str = ""
    witness: str = ""
    confidence: float = 1.0
    note: str = ""


class SilenceKind(StrEnum):
    """Why an upstream match is no finding."""

    FIXED = "fixed"  # the distribution's build has the fix
    NOT_AFFECTED = "notAffected"  # the distribution's build never had the fault
    VEX = "vex"  # a document of the vendor says so


@dataclass(frozen=True, kw_only=True)
class Silenced:
    """A match that is no finding, since somebody who knows better says so; `source` is who, `reason` a sentence."""

    vulnerability: str
    dependency: Identity
    source: str
    reason: str
    kind: SilenceKind


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A judgement, as a matcher yields it. `key` is stable over scans and images: it makes the finding the product's.

    `class_` is the id of its class ("mitigation/elf/relro-missing"), `subtype` a word of the contract where the type
    has any ("certificate", "key"); identifiers are pairs such as ("cve", "CVE-…"). `tool` is who found it. `impact`
    says what follows, `weaknesses` are CWE ids of the finding itself, `secret` is the one that it is about.
    `dependencies` are the identities of all that it is about, `dependency` is the one that stands for them.

    Of findings about a known vulnerability, `vulnerability` is what is known of it, `reasons` say why it is thought to
    be in the image, `predicates` are the words of Predicate, `ssvc_decision` is "track", "trackStar", "attend" or "act"
    and `risk` is between 0 and 1. `conditional`: it matters only together with a platform that is not known to be
    there. `reachability` says how the software that has it comes to run: "entryPoint", "invoked", "loaded", "" when
    that is not known, or "unreachable". `former_keys` are those that it would have under the other names of its
    vulnerability: one that got a CVE since is the same finding.
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
    dependency: Identity | None = None
    dependencies: tuple[Identity, ...] = ()
    references: tuple[str, ...] = field(default=())
    vulnerability: Vulnerability | None = None
    reasons: tuple[Reason, ...] = ()
    conditional: bool = False
    reachability: str = ""
    risk: float = 0.0
    predicates: tuple[str, ...] = ()
    ssvc_decision: str = ""
    subtype: str = ""
    tool: str = "pellucid"
    former_keys: tuple[str, ...] = ()
    impact: str = ""
    weaknesses: tuple[str, ...] = ()
    secret: Secret | None = None

    @property
    def all_predicates(self) -> tuple[Predicate, ...]:
        """Without repetitions, in the contract's order, and with `is_kev` among them."""
        return tuple(item for item in Predicate if item in self.predicates or (item is Predicate.KEV and self.is_kev))
