"""Verdicts of checks, in few words."""

from pellucid.domain.evidence import Evidence
from pellucid.domain.hardening import Check, Verdict


def passed(name: str, value: str, reason: str) -> Check:
    """It is in force."""
    return Check(name=name, verdict=Verdict.PASS, value=value, reason=reason)


def failed(name: str, value: str, reason: str, evidence: Evidence | None = None) -> Check:
    """It is not in force."""
    return Check(name=name, verdict=Verdict.FAIL, value=value, reason=reason, evidence=evidence)


def unknown(name: str, reason: str, value: str = "") -> Check:
    """It cannot be told."""
    return Check(name=name, verdict=Verdict.UNKNOWN, value=value, reason=reason)


def not_for(name: str, reason: str) -> Check:
    """It does not mean anything here."""
    return Check(name=name, verdict=Verdict.NOT_APPLICABLE, reason=reason)
