"""Findings in the JSON document of a scan, why there are any, and matches that are none."""

from datetime import UTC, datetime
from typing import Any

from pellucid.domain.finding import Finding, Reason, Silenced
from pellucid.domain.vulnerability import Vulnerability
from pellucid.reports.scan_hardening import secret
from pellucid.reports.scan_software import evidence

DEPENDENCY = ("vendor", "product", "version", "purl")


def finding(item: Finding) -> dict[str, Any]:
    """As `finding` of the schema."""
    return {
        "class": item.class_,
        "type": str(item.type),
        "severity": str(item.severity),
        "name": item.name,
        "title": item.title,
        "description": item.description,
        "identifiers": [{kind: value} for kind, value in item.identifiers],
        "isKev": item.is_kev,
        "cvssScore": item.cvss_score,
        "confidence": item.confidence,
        "risk": item.risk,
        "reachability": item.reachability,
        "isConditional": item.conditional,
        "exploitabilityPredicates": [str(word) for word in item.all_predicates],
        "ssvcDecision": item.ssvc_decision,
        "vulnerability": _vulnerability(item.vulnerability) if item.vulnerability else None,
        "reasons": [_reason(reason) for reason in item.reasons],
        "dependency": dict(zip(DEPENDENCY, item.dependency, strict=True)) if item.dependency else None,
        "knownFixedVersion": item.known_fixed_version,
        "recommendedAction": item.recommended_action,
        "impact": item.impact,
        "weaknesses": list(item.weaknesses),
        "secret": secret(item.secret) if item.secret else None,
        "references": list(item.references),
        "evidence": evidence(item.evidence),
    }


def _vulnerability(item: Vulnerability) -> dict[str, Any]:
    """What is known of it; forecasts that there are none of are null, not zero."""
    return {
        "name": item.name,
        "aliases": list(item.aliases),
        "cvssVector": next((rating.vector for rating in item.ratings if rating.vector), ""),
        "epssProbability": item.epss.probability if item.epss else None,
        "emsScore": item.maturity,
        "weaknesses": list(item.weaknesses),
        "published": time(item.published),
        "lastModified": time(item.modified),
        "isDisputed": item.disputed,
        "sources": list(item.sources),
    }


def _reason(item: Reason) -> dict[str, Any]:
    return {
        "source": item.source,
        "record": item.record,
        "range": item.range,
        "witness": str(item.witness),
        "confidence": item.confidence,
        "note": item.note,
    }


def silenced(item: Silenced) -> dict[str, Any]:
    """As `silenced` of the schema."""
    return {
        "vulnerability": item.vulnerability,
        "dependency": dict(zip(DEPENDENCY, item.dependency, strict=True)),
        "kind": str(item.kind),
        "source": item.source,
        "reason": item.reason,
    }


def time(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
