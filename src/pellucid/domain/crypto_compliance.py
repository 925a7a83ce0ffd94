"""Compliance of algorithms with NIST IR 8547, the transition to post-quantum cryptography, in the contract's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ApprovalStatus(StrEnum):
    UNSPECIFIED = "UNSPECIFIED"
    ACCEPTABLE = "ACCEPTABLE"
    DEPRECATED = "DEPRECATED"
    DISALLOWED = "DISALLOWED"
    LEGACY_USE = "LEGACY_USE"


class ComplianceVerdict(StrEnum):
    """Whether an algorithm may stay. What nobody at NIST has approved or judged is not covered, which is no praise."""

    COMPLIANT = "compliant"
    NOT_COMPLIANT = "notCompliant"
    NOT_COVERED = "notCovered"


class SecurityKind(StrEnum):
    """What a strength is one of."""

    DIGITAL_SIGNATURE = "digitalSignature"
    KEY_ESTABLISHMENT = "keyEstablishment"
    BLOCK_CIPHER = "blockCipher"
    HASH_AND_XOF = "hashAndXOF"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """A status that holds after the end of `year`; from the beginning when that is 0."""

    status: ApprovalStatus
    year: int = 0


@dataclass(frozen=True, kw_only=True)
class Security:
    """`strength` in bits against classical attacks; `category` 1 to 5 against quantum computers, 0 below all of them.

    Of a hash they are those against collisions, and the two others those against preimages.
    """

    kind: SecurityKind
    strength: int
    category: int
    preimage_strength: int = 0
    preimage_category: int = 0

    def document(self) -> Mapping[str, Any]:
        """As the v4 contract writes it."""
        if self.kind is not SecurityKind.HASH_AND_XOF:
            return {self.kind.value: {"securityStrength": str(self.strength), "securityCategory": self.category}}
        return {
            self.kind.value: {
                "collisionSecurityStrength": str(self.strength),
                "collisionSecurityCategory": self.category,
                "preimageSecurityStrength": str(self.preimage_strength),
                "preimageSecurityCategory": self.preimage_category,
            }
        }


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """What to use instead."""

    algorithm: str
    parameter: str
    security: Security

    def document(self) -> Mapping[str, Any]:
        """As the v4 contract writes it."""
        return {"algorithm": self.algorithm, "parameter": self.parameter, "security": self.security.document()}


@dataclass(frozen=True, kw_only=True)
class ComplianceRecord:
    """What is said of an algorithm with one parameter: "2048", "P-256", "ML-KEM-768", or "" when it is not known.

    `security` is None where the tables give none, `strength` the classical strength in bits as far as it is known.
    `transitions` are in the order in which they come to hold; `note` is a sentence for people.
    """

    algorithm: str
    parameter: str
    verdict: ComplianceVerdict
    transitions: tuple[Transition, ...] = ()
    security: Security | None = None
    strength: int = 0
    recommendations: tuple[Recommendation, ...] = ()
    quantum_vulnerable: bool = False
    note: str = ""

    @property
    def is_compliant(self) -> bool | None:
        """None where it is not covered."""
        return None if self.verdict is ComplianceVerdict.NOT_COVERED else self.verdict is ComplianceVerdict.COMPLIANT

    def status(self, year: int) -> ApprovalStatus:
        """What holds in that year: a status "after 2030" holds from 2031 on."""
        begun = [item.status for item in self.transitions if item.year < year]
        if begun:
            return begun[-1]
        return ApprovalStatus.ACCEPTABLE if self.transitions else ApprovalStatus.UNSPECIFIED

    def document(self) -> Mapping[str, Any]:
        """As the v4 contract writes it; neither `compliant` nor `notCompliant` is there when it is not covered."""
        transitions = [
            {"status": item.status.value} | ({"year": item.year} if item.year else {}) for item in self.transitions
        ]
        found: dict[str, Any] = {
            "algorithm": self.algorithm,
            "parameter": {"parameter": self.parameter, "transitions": transitions},
        }
        if self.verdict is ComplianceVerdict.COMPLIANT:
            found["compliant"] = {"security": self.security.document()} if self.security else {}
        elif self.verdict is ComplianceVerdict.NOT_COMPLIANT:
            found["notCompliant"] = {"recommendations": [item.document() for item in self.recommendations]}
        return found
