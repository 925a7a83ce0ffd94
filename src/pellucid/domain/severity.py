"""How bad a finding is, in the words of the v4 contract."""

from enum import StrEnum


class Severity(StrEnum):
    UNSPECIFIED = "unspecified"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 (unspecified) to 4 (critical): for comparing."""
        return list(Severity).index(self)

    @classmethod
    def from_cvss(cls, score: float | None) -> "Severity":
        """The qualitative rating of a base score (CVSS v3.1 and v4.0, table 'Qualitative severity rating scale')."""
        if score is None or score <= 0:
            return cls.UNSPECIFIED
        for floor, severity in ((9.0, cls.CRITICAL), (7.0, cls.HIGH), (4.0, cls.MEDIUM)):
            if score >= floor:
                return severity
        return cls.LOW
