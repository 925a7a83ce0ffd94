"""The risk score of a finding: how much it should worry whoever answers for the product, between 0 and 1.

docs/explanation/scores.md says why the terms weigh what they do.
"""

from collections.abc import Mapping
from math import prod

from pellucid.domain.severity import Severity

# Where there is a word and no score: the middle of the word's band. Not rated is not harmless.
WORDS: Mapping[Severity, float] = {
    Severity.UNSPECIFIED: 0.5,
    Severity.LOW: 0.2,
    Severity.MEDIUM: 0.55,
    Severity.HIGH: 0.8,
    Severity.CRITICAL: 0.95,
}
# What is not exploited today may be tomorrow.
LEAST_LIKELIHOOD = 0.2
REACH: Mapping[str, float] = {"entryPoint": 1.0, "invoked": 0.95, "loaded": 0.9, "": 0.7, "unreachable": 0.1}


def terms(
    severity: Severity, score: float | None, maturity: float, confidence: float, reachability: str
) -> dict[str, float]:
    """What the score is made of, each between 0 and 1.

    `score` is the CVSS base score, `maturity` the exploitation maturity score (0 to 10), `reachability` as findings
    state it. A score that says more than the severity does not count: a publisher has lowered it.
    """
    by_score = score / 10 if score is not None and Severity.from_cvss(score) is severity else WORDS[severity]
    found = {
        "severity": by_score,
        "likelihood": LEAST_LIKELIHOOD + (1 - LEAST_LIKELIHOOD) * maturity / 10,
        "confidence": confidence,
        "reachability": REACH.get(reachability, REACH[""]),
    }
    return {name: round(min(max(value, 0.0), 1.0), 3) for name, value in found.items()}


def risk(severity: Severity, score: float | None, maturity: float, confidence: float, reachability: str) -> float:
    """The product of the `terms`, three decimals."""
    return round(prod(terms(severity, score, maturity, confidence, reachability).values()), 3)
