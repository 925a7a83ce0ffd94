"""Secrets: passwords, tokens and the like that lie in an image. What is kept of one does not give it away."""

from dataclasses import dataclass
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class Validity(StrEnum):
    """Words of the v4 contract."""

    VALID = "Valid"  # proved without asking anybody: a hash whose password was found
    INVALID = "Invalid"
    UNDETERMINED = "Undetermined"
    FILTERED = "Filtered"  # a placeholder, an example, a test vector


@dataclass(frozen=True, kw_only=True)
class Secret:
    """One secret at one place.

    `rule` is the id of what found it, `kind` what it opens ("password", "apiToken", "passwordHash"), `redacted` what
    may be shown of it, `fingerprint` tells equal ones (16 hex digits), `entropy` is in bits a character (Shannon).
    `account` is whose it is, where that is known; `severity` a word of Severity. The evidence shows nothing more than
    `redacted` does.
    """

    rule: str
    kind: str
    redacted: str
    fingerprint: str
    evidence: Evidence
    entropy: float = 0.0
    description: str = ""
    account: str = ""
    severity: str = "high"
    validity: Validity = Validity.UNDETERMINED
    confidence: float = 1.0
