"""Verdicts on hardening, secrets and matches of rules in the JSON document of a scan."""

from typing import Any

from pellucid.domain.hardening import Hardening
from pellucid.domain.rule_match import RuleMatch
from pellucid.domain.secret import Secret
from pellucid.reports.scan_software import evidence


def hardening(item: Hardening) -> dict[str, Any]:
    """As `hardening` of the schema."""
    return {
        "artefact": item.evidence.artefact,
        "subject": item.subject,
        "name": item.name,
        "checks": [
            {"name": check.name, "verdict": str(check.verdict), "value": check.value, "reason": check.reason}
            for check in item.checks
        ],
    }


def secret(item: Secret) -> dict[str, Any]:
    """As `secret` of the schema; nothing of it that was not redacted."""
    return {
        "rule": item.rule,
        "kind": item.kind,
        "secret": item.redacted,
        "fingerprint": item.fingerprint,
        "entropy": round(item.entropy, 2),
        "description": item.description,
        "account": item.account,
        "severity": item.severity,
        "validity": str(item.validity),
        "confidence": item.confidence,
        "evidence": evidence([item.evidence]),
    }


def rule_match(item: RuleMatch) -> dict[str, Any]:
    """As `ruleMatch` of the schema."""
    return {
        "engine": item.engine,
        "rule": item.rule,
        "ruleset": item.ruleset,
        "title": item.title,
        "severity": item.severity,
        "tags": list(item.tags),
        "evidence": evidence(item.evidence),
    }
