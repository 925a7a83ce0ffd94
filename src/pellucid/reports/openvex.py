"""OpenVEX 0.2.0 (github.com/openvex/spec): statements on the vulnerabilities of an image."""

from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pellucid.domain.dependency import Dependency
from pellucid.domain.vex import Vex, VexStatement
from pellucid.domain.vex_claim import VexStatus
from pellucid.formats.purl import package_url
from pellucid.reports.identifiers import is_cpe, is_purl
from pellucid.reports.text import plain_tree

CONTEXT = "https://openvex.dev/ns/v0.2.0"
NO_REASON = "Rejected after review."
NO_ACTION = "No fix is known: mitigate, or watch for one."


def openvex(vex: Vex) -> dict[str, Any]:
    """The document. It changes when a statement does: id and times follow from what it says."""
    bill = vex.bill
    ordered = sorted(vex.statements, key=lambda item: (item.vulnerability.name, item.status, item.finding_id))
    statements = [_statement(vex, item) for item in ordered]
    newest = max([bill.created, *(item.since for item in ordered)])
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "@id": "",
        "author": bill.author or "unknown",
        "role": "Document creator",
        "timestamp": _time(newest),
        "version": 1,
        "tooling": f"Pellucid {bill.tool_version}",
        "statements": statements,
    }
    document = plain_tree(document)
    document["@id"] = f"urn:uuid:{uuid5(NAMESPACE_URL, repr(document))}"
    return document


def _statement(vex: Vex, item: VexStatement) -> dict[str, Any]:
    about = item.vulnerability
    vulnerability: dict[str, Any] = {"name": about.name}
    if about.description or about.title:
        vulnerability["description"] = (about.title or about.description)[:1000]
    if about.aliases:
        vulnerability["aliases"] = list(about.aliases)
    statement: dict[str, Any] = {
        "vulnerability": vulnerability,
        "timestamp": _time(item.since),
        "products": [_product(vex, item)],
        "status": str(item.status),
    }
    if item.source:
        statement["supplier"] = item.source
    if item.note:
        statement["status_notes"] = item.note
    if item.status is VexStatus.NOT_AFFECTED:
        if item.justification:
            statement["justification"] = str(item.justification)
        if item.impact or not item.justification:
            statement["impact_statement"] = item.impact or NO_REASON
    if item.status is VexStatus.AFFECTED:
        statement["action_statement"] = item.action or NO_ACTION
    return statement


def _product(vex: Vex, item: VexStatement) -> dict[str, Any]:
    bill = vex.bill
    name = package_url("generic", bill.image_name, bill.image_version)
    product: dict[str, Any] = {"@id": name, "hashes": {"sha-256": bill.file_sha256}}
    if parts := [part for dependency in item.dependencies if (part := _part(dependency))]:
        product["subcomponents"] = parts
    return product


def _part(dependency: Dependency) -> dict[str, Any]:
    purl = dependency.purl if is_purl(dependency.purl) else ""
    part: dict[str, Any] = {"@id": purl or package_url("generic", dependency.product, dependency.version)}
    identifiers = {"purl": purl, "cpe23": dependency.cpe if is_cpe(dependency.cpe) else ""}
    if stated := {key: value for key, value in identifiers.items() if value}:
        part["identifiers"] = stated
    return part


def _time(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
