"""VEX documents: what they say, that official parsers take them, and that our own reader understands them again."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.model.impact_analysis import ImpactAnalysisJustification, ImpactAnalysisState
from tests.reports.example_bill import BILL, HOSTILE, KERNEL, LIBC, OPENSSL, ZLIB

from pellucid.domain.severity import Severity
from pellucid.domain.vex import Vex, VexStatement
from pellucid.domain.vex_claim import Justification, VexStatus
from pellucid.domain.vulnerability import Epss, KnownExploited, Rating, Reference, Vulnerability
from pellucid.formats.vex_document import statements
from pellucid.reports.cyclonedx import VERSIONS
from pellucid.reports.cyclonedx_vex import cyclonedx_vex
from pellucid.reports.openvex import openvex

THEN = datetime(2026, 3, 5, tzinfo=UTC)
HEAP = Vulnerability(
    name="CVE-2022-37434",
    aliases=("GHSA-cfmr-vrgj-vqwv",),
    title="Overflow in inflate",
    description="A long one.",
    published=datetime(2022, 8, 5, tzinfo=UTC),
    severity=Severity.CRITICAL,
    ratings=(
        Rating(source="nvd@nist.gov", version="3.1", vector="CVSS:3.1/AV:N", score=9.8, word=Severity.CRITICAL),
        Rating(source="debian", word=Severity.UNSPECIFIED),
    ),
    epss=Epss(probability=0.9),
    kev=KnownExploited(),
    weaknesses=("CWE-787", "CWE-787x"),
    references=(Reference(url="https://maker.example/1"), Reference(url="javascript:alert(1)")),
    maturity=9.5,
)


def statement(status: VexStatus, *about: Any, **more: Any) -> VexStatement:
    known = more.pop("vulnerability", HEAP)
    return VexStatement(vulnerability=known, status=status, dependencies=about, since=THEN, **more)


def other(name: str) -> Vulnerability:
    return Vulnerability(name=name)


VEX = Vex(
    bill=BILL,
    statements=(
        statement(VexStatus.UNDER_INVESTIGATION, ZLIB, finding_id="01"),
        statement(VexStatus.AFFECTED, KERNEL, vulnerability=other("CVE-2"), action="Update to 6.1."),
        statement(
            VexStatus.NOT_AFFECTED,
            OPENSSL,
            vulnerability=other("CVE-3"),
            justification=Justification.CODE_NOT_IN_EXECUTE_PATH,
            note="Nobody calls it.",
        ),
        statement(VexStatus.FIXED, ZLIB, LIBC, vulnerability=other("CVE-4"), source="Debian", note=HOSTILE),
        statement(VexStatus.NOT_AFFECTED, LIBC, vulnerability=other("CVE-5")),
    ),
)


def test_openvex_says_it_all() -> None:
    document = openvex(VEX)
    assert document["@context"] == "https://openvex.dev/ns/v0.2.0"
    assert document["@id"].startswith("urn:uuid:")
    assert document["timestamp"] == "2026-03-05T00:00:00Z"
    heap, affected, unused, fixed, rejected = sorted(
        document["statements"], key=lambda item: len(item["vulnerability"]["name"]), reverse=True
    )
    assert heap["vulnerability"]["aliases"] == ["GHSA-cfmr-vrgj-vqwv"]
    (product,) = heap["products"]
    assert product["hashes"]["sha-256"] == BILL.file_sha256
    assert product["subcomponents"] == [{"@id": ZLIB.purl, "identifiers": {"purl": ZLIB.purl, "cpe23": ZLIB.cpe}}]
    assert (heap["status"], affected["action_statement"]) == ("under_investigation", "Update to 6.1.")
    assert (unused["justification"], unused["status_notes"]) == (
        "vulnerable_code_not_in_execute_path",
        "Nobody calls it.",
    )
    assert (fixed["status"], fixed["supplier"], len(fixed["products"][0]["subcomponents"])) == ("fixed", "Debian", 2)
    assert rejected["impact_statement"] == "Rejected after review."
    json.dumps(document, ensure_ascii=False).encode()


def test_equal_statements_are_the_same_document() -> None:
    turned = Vex(bill=BILL, statements=tuple(reversed(VEX.statements)))
    assert openvex(turned) == openvex(VEX)
    assert cyclonedx_vex(turned) == cyclonedx_vex(VEX)
    fewer = Vex(bill=BILL, statements=VEX.statements[:1])
    assert openvex(fewer)["@id"] != openvex(VEX)["@id"]
    assert cyclonedx_vex(fewer)["serialNumber"] != cyclonedx_vex(VEX)["serialNumber"]


@pytest.mark.parametrize("version", VERSIONS)
def test_another_tool_reads_the_cyclonedx(version: str) -> None:
    bom = Bom.from_json(cyclonedx_vex(VEX, version))  # type: ignore[attr-defined]  # made by a decorator
    found = {item.id: item for item in bom.vulnerabilities}
    assert set(found) == {"CVE-2022-37434", "CVE-2", "CVE-3", "CVE-4", "CVE-5"}
    heap = found["CVE-2022-37434"]
    assert heap.analysis.state is ImpactAnalysisState.IN_TRIAGE
    assert [float(rating.score) for rating in heap.ratings if rating.score] == [9.8]
    assert list(heap.cwes) == [787]
    assert [str(advisory.url) for advisory in heap.advisories] == ["https://maker.example/1"]
    assert found["CVE-3"].analysis.justification is ImpactAnalysisJustification.CODE_NOT_REACHABLE
    refs = {str(target.ref) for target in found["CVE-4"].affects}
    assert {component.name for component in bom.components if str(component.bom_ref) in refs} == {"zlib1g", "libc6"}


def test_our_reader_understands_both() -> None:
    for document in (openvex(VEX), cyclonedx_vex(VEX)):
        _, read = statements(json.dumps(document).encode())
        found = {item.names[0]: item for item in read}
        assert {name: item.status for name, item in found.items()} == {
            "CVE-2022-37434": VexStatus.UNDER_INVESTIGATION,
            "CVE-2": VexStatus.AFFECTED,
            "CVE-3": VexStatus.NOT_AFFECTED,
            "CVE-4": VexStatus.FIXED,
            "CVE-5": VexStatus.NOT_AFFECTED,
        }
        assert found["CVE-2022-37434"].names[1:] == ("GHSA-cfmr-vrgj-vqwv",)
        assert found["CVE-2022-37434"].products[0] == ZLIB.purl
        assert found["CVE-3"].justification is Justification.CODE_NOT_IN_EXECUTE_PATH
        assert found["CVE-3"].since == THEN
