"""CycloneDX with vulnerabilities: the bill of an image, and for each what was decided about it (ECMA-424, 10)."""

import re
from datetime import UTC, datetime
from typing import Any

from pellucid.domain.severity import Severity
from pellucid.domain.vex import Vex, VexStatement
from pellucid.domain.vex_claim import Justification, VexStatus
from pellucid.domain.vulnerability import Rating, Vulnerability
from pellucid.reports.bill_facts import NAMESPACE
from pellucid.reports.bill_graph import ROOT, BillGraph
from pellucid.reports.cyclonedx import NEWEST, cyclonedx
from pellucid.reports.identifiers import document_id
from pellucid.reports.schemas import check
from pellucid.reports.text import plain_tree

STATES = {
    VexStatus.UNDER_INVESTIGATION: "in_triage",
    VexStatus.AFFECTED: "exploitable",
    VexStatus.NOT_AFFECTED: "not_affected",
    VexStatus.FIXED: "resolved",
}
JUSTIFICATIONS = {
    Justification.COMPONENT_NOT_PRESENT: "code_not_present",
    Justification.CODE_NOT_PRESENT: "code_not_present",
    Justification.CODE_NOT_IN_EXECUTE_PATH: "code_not_reachable",
    Justification.CODE_NOT_CONTROLLABLE: "requires_environment",
    Justification.MITIGATIONS_EXIST: "protected_by_mitigating_control",
}
METHODS = {"2.0": "CVSSv2", "3.0": "CVSSv3", "3.1": "CVSSv31", "4.0": "CVSSv4"}
WEAKNESS = re.compile(r"CWE-(\d{1,6})")


def cyclonedx_vex(vex: Vex, version: str = NEWEST) -> dict[str, Any]:
    """The bill with its vulnerabilities. Raises InvalidReport when it does not meet the official schema."""
    document = cyclonedx(vex.bill, version)
    refs = {item.identity: ref for ref, item in BillGraph(vex.bill).dependencies}
    ordered = sorted(vex.statements, key=lambda item: (item.vulnerability.name, item.status, item.finding_id))
    document["vulnerabilities"] = plain_tree([_vulnerability(item, refs) for item in ordered])
    document["serialNumber"] = document_id(vex.bill, f"vex-{version}-{document['vulnerabilities']!r}").urn
    check(document, f"bom-{version}.SNAPSHOT")
    return document


def _vulnerability(item: VexStatement, refs: dict[tuple[str, str, str, str], str]) -> dict[str, Any]:
    about = item.vulnerability
    found: dict[str, Any] = {"id": about.name}
    if about.aliases:
        found["references"] = [{"id": alias, "source": {"name": _publisher(alias)}} for alias in about.aliases]
    if about.ratings:
        found["ratings"] = [_rating(rating) for rating in dict.fromkeys(about.ratings)]
    if weaknesses := sorted({int(match[1]) for name in about.weaknesses if (match := WEAKNESS.fullmatch(name))}):
        found["cwes"] = [number for number in weaknesses if number]
    if about.description or about.title:
        found["description"] = about.description or about.title
    if item.action:
        found["recommendation"] = item.action
    if about.references:
        found["advisories"] = [{"url": reference.url} for reference in about.references if _is_address(reference.url)]
    for name, when in (("published", about.published), ("updated", about.modified)):
        if when:
            found[name] = _time(when)
    found["analysis"] = _analysis(item)
    affected = sorted({refs[part.identity] for part in item.dependencies if part.identity in refs}) or [ROOT]
    found["affects"] = [{"ref": ref} for ref in affected]
    return found | _properties(item, about)


def _rating(rating: Rating) -> dict[str, Any]:
    found: dict[str, Any] = {"source": {"name": rating.source}}
    if rating.score is not None:
        found["score"] = rating.score
    found["severity"] = "unknown" if rating.word is Severity.UNSPECIFIED else str(rating.word)
    if rating.version in METHODS:
        found |= {"method": METHODS[rating.version], "vector": rating.vector}
    return found


def _analysis(item: VexStatement) -> dict[str, Any]:
    analysis: dict[str, Any] = {"state": STATES[item.status]}
    if item.status is VexStatus.NOT_AFFECTED and item.justification:
        analysis["justification"] = JUSTIFICATIONS[item.justification]
    if item.status is VexStatus.FIXED:
        analysis["response"] = ["update"]
    if detail := " ".join(filter(None, (item.impact, item.note))):
        analysis["detail"] = detail
    return analysis | {"lastUpdated": _time(item.since)}


def _properties(item: VexStatement, about: Vulnerability) -> dict[str, Any]:
    facts = {
        "vex:source": item.source,
        "vex:finding": item.finding_id,
        "vulnerability:epss": str(about.epss.probability) if about.epss else "",
        "vulnerability:kev": "true" if about.kev else "",
        "vulnerability:maturity": f"{about.maturity:.1f}" if about.maturity else "",
    }
    stated = [{"name": NAMESPACE + name, "value": value} for name, value in facts.items() if value]
    return {"properties": stated} if stated else {}


def _publisher(name: str) -> str:
    return {"GHSA": "GitHub", "PYSEC": "PyPA", "GO": "Go", "RUSTSEC": "RustSec"}.get(name.partition("-")[0], "OSV")


def _is_address(url: str) -> bool:
    return url.startswith(("https://", "http://")) and re.search(r"[\s<>\"{}|\\^`]", url) is None


def _time(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
