"""Columns of findings and occurrences from what a matcher yields; texts come out of images, and are made to fit."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import String

from pellucid.domain.escalation import Standing
from pellucid.domain.finding import Finding, Predicate
from pellucid.domain.ids import named_id
from pellucid.domain.severity import Severity
from pellucid.storage.repositories.scan_places import NUL
from pellucid.storage.repositories.sightings import secret_values, sighting
from pellucid.storage.rows.declarative import Row
from pellucid.storage.rows.finding import FindingBodyRow, FindingRow, OccurrenceRow

BITS: Mapping[str, int] = {item: 1 << number for number, item in enumerate(Predicate)}
# What is not known says that the software may run as well as that it may not.
NOT_REACHABLE = ("", "unknown", "unreachable")


def finding_values(finding: Finding, snapshot_id: str | None) -> dict[str, Any]:
    """Columns of `finding` that a judgement sets, every time it is made."""
    standing = Standing.of(finding)
    about = finding.vulnerability
    vendor, product, version, _ = finding.dependency or next(iter(finding.dependencies), ("", "", "", ""))
    body = body_values(finding)
    values = {
        "class": finding.class_,
        "type": finding.type,
        "subtype": finding.subtype,
        "tool": finding.tool,
        "severity": finding.severity,
        "severity_rank": finding.severity.rank,
        "name": finding.name,
        "title": finding.title,
        "vulnerability": about.name if about else dict(finding.identifiers).get("cve", ""),
        "snapshot_id": snapshot_id,
        "is_kev": Predicate.KEV in standing.predicates,
        "is_ransomware": Predicate.RANSOMWARE in standing.predicates,
        "predicates": sum(BITS[item] for item in standing.predicates),
        "has_known_fix": bool(finding.known_fixed_version),
        "known_fixed_version": finding.known_fixed_version,
        "cvss_score": finding.cvss_score,
        "epss": standing.epss,
        "epss_model": standing.epss_model,
        "maturity": about.maturity if about else None,
        "risk": finding.risk,
        "ssvc_decision": finding.ssvc_decision,
        "is_reachable": finding.reachability not in NOT_REACHABLE,
        "is_conditional": finding.conditional,
        "confidence": finding.confidence,
        "dependency_vendor": vendor,
        "dependency_product": product,
        "dependency_version": version,
        "component_name": component_name(finding.evidence[0].artefact) if finding.evidence else "",
        "digest": named_id(json.dumps(body, sort_keys=True)),
    }
    return fitting(FindingRow, values)


def body_values(finding: Finding) -> dict[str, Any]:
    """Columns of `finding_body`."""
    details: dict[str, Any] = {
        "identifiers": [list(pair) for pair in finding.identifiers],
        "recommendedAction": finding.recommended_action,
        "references": list(finding.references),
        "dependency": list(finding.dependency or ()),
    }
    details |= {"impact": finding.impact} if finding.impact else {}
    details |= {"weaknesses": list(finding.weaknesses)} if finding.weaknesses else {}
    details |= {"secret": secret_values(finding.secret)} if finding.secret else {}
    return fitting(FindingBodyRow, {"description": finding.description, "details": details})


def occurrence_values(finding: Finding) -> dict[str, Any]:
    """Columns of `occurrence` that a judgement sets."""
    seen = {
        "severity": finding.severity,
        "confidence": finding.confidence,
        "reachability": finding.reachability,
        "known_fixed_version": finding.known_fixed_version,
        "evidence": [sighting(item) for item in finding.evidence],
        "reasons": [asdict(item) for item in finding.reasons],
    }
    # What it is about decides over rows, too.
    about = [list(identity) for identity in finding.dependencies]
    return fitting(OccurrenceRow, seen | {"digest": named_id(json.dumps([seen, about], sort_keys=True))})


def fitting(row: type[Row], values: Mapping[str, Any]) -> dict[str, Any]:
    """The same, cut to the lengths of the columns."""
    longest = _lengths(row)
    return {
        key: _whole(value)[: longest.get(key)] if isinstance(value, str) else value for key, value in values.items()
    }


@cache
def _lengths(row: type[Row]) -> Mapping[str, int | None]:
    return {column.name: column.type.length for column in row.__table__.columns if isinstance(column.type, String)}


def _whole(text: str) -> str:
    """Images hold NUL characters, feeds hold halves of characters, and there are databases that take neither."""
    if "\0" in text:
        text = text.replace("\0", NUL)
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def standing_of(row: Any, occurrence: Any = None) -> Standing:
    """How bad a stored finding was, and, where this scan has seen it before, how bad it was there."""
    seen = occurrence or row
    return Standing(
        severity=Severity(seen.severity),
        predicates=predicates_of(row.predicates),
        epss=row.epss,
        epss_model=row.epss_model,
        fix=seen.known_fixed_version,
    )


def predicates_of(bits: int) -> tuple[Predicate, ...]:
    return tuple(item for item in Predicate if bits & BITS[item])


def component_name(path: str) -> str:
    """The last part of a path through containers."""
    return path.rpartition("!")[2].rpartition("/")[2]


def day_of(time: datetime) -> str:
    return time.astimezone(UTC).date().isoformat()
