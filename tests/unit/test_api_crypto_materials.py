"""The report on cryptographic materials: what is judged, by whom, and in which forms."""

import csv
import io
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from pypdf import PdfReader
from tests.support.api_client import Api
from tests.support.cryptography_in_trees import AES, AUTHORITY, CERTIFICATE, NOTES, PRIVATE, TLS, crypto_tree, spot
from tests.support.scanned_trees import BUSYBOX, small_tree, store

from pellucid.domain.component import Reachability
from pellucid.domain.crypto_compliance import ApprovalStatus, ComplianceRecord, ComplianceVerdict, Transition
from pellucid.domain.scan_result import ScanResult
from pellucid.domain.severity import Severity
from pellucid.services.crypto_materials import Material

MD5 = replace(AES, algorithm="MD5", parameters="", mode="", evidence=spot(BUSYBOX, 9, "init"))


class Scanned:
    """An image with one material of every kind, in a program that runs and in a text."""

    def __init__(self, api: Api) -> None:
        self.api, self.product = api, api.product()
        self.image = api.image(self.product)
        self.path = f"{self.product}/images/{self.image['id']}/cryptographicMaterialsReport"

    def end(self, result: ScanResult) -> "Scanned":
        product_id, scan_id = self.product.rpartition("/")[2], self.image["latestScan"]["id"]
        running = tuple(replace(item, reachability=Reachability.ENTRY_POINT) for item in result.components)
        store(self.api.database, product_id, scan_id, replace(result, components=running))
        return self

    def ask(self, content_type: str = "json", **query: str) -> httpx2.Response:
        return self.api.http.get(self.path, params={"mode": "pqc-compliance", "contentType": content_type, **query})

    def findings(self) -> dict[tuple[str, str], Any]:
        answer = self.ask()
        assert answer.status_code == 200, answer.text
        return {(item["componentName"], item["name"]): item for item in answer.json()["findings"]}


@pytest.fixture
def scanned(api: Api) -> Scanned:
    tree = crypto_tree()
    return Scanned(api).end(replace(tree, crypto_uses=(*tree.crypto_uses, MD5)))


def test_each_material_stands_once_for_each_file(scanned: Scanned) -> None:
    found = scanned.findings()
    leaf = f"Certificate {CERTIFICATE.subject}"
    key = f"Private key {PRIVATE.fingerprint[:16]}"
    assert list(found) == [
        *(("busybox", name) for name in sorted(["AES-128-CBC", leaf, "MD5", key, "RSA-2048"])),
        *(
            ("notes.txt", name)
            for name in sorted(
                ["AES-128-CBC", leaf, f"Certificate {AUTHORITY.subject}", f"Public key {'a1' * 8}", "TLS 1.2"]
            )
        ),
    ]
    ids = [item["id"] for item in found.values()]
    assert len(ids) == len(set(ids))
    assert [item["id"] for item in scanned.findings().values()] == ids
    assert {item["isReachable"] for key, item in found.items() if key[0] == "busybox"} == {True}
    assert {item["isReachable"] for key, item in found.items() if key[0] == "notes.txt"} == {False}


def test_an_algorithm_says_what_nist_says(scanned: Scanned) -> None:
    found = scanned.findings()
    rsa = found["busybox", "RSA-2048"]
    assert (rsa["cryptoAlgorithmName"], rsa["cryptoAlgorithmPrimitive"]) == ("RSA-2048", "pke")
    assert (rsa["isNistIR8547Compliant"], rsa["severity"], rsa["status"]) == (False, "low", "new")
    ((record,),) = ([item["nistIr8547"] for item in rsa["compliance"]],)
    assert record["algorithm"] == "RSA"
    assert {"status": "DISALLOWED", "year": 2035} in record["parameter"]["transitions"]
    assert [item["algorithm"] for item in record["notCompliant"]["recommendations"]] == ["ML-KEM"]
    assert rsa["evidence"][0]["artefacts"] == [{"path": BUSYBOX, "offset": 70, "length": 0}]
    aes = found["notes.txt", "AES-128-CBC"]
    assert aes["isNistIR8547Compliant"] is True
    assert aes["severity"] == "unspecified"
    assert aes["compliance"][0]["nistIr8547"]["compliant"]["security"] == {
        "blockCipher": {"securityStrength": "128", "securityCategory": 1}
    }
    assert found["busybox", "MD5"]["isNistIR8547Compliant"] is False


def test_a_certificate_is_judged_by_its_key_and_its_hash(scanned: Scanned) -> None:
    found = scanned.findings()["notes.txt", f"Certificate {CERTIFICATE.subject}"]
    assert [item["nistIr8547"]["algorithm"] for item in found["compliance"]] == ["RSA", "SHA-256"]
    assert found["isNistIR8547Compliant"] is False
    assert found["displayName"] == f"Certificate {CERTIFICATE.subject}: RSA-2048"


def test_protocols_are_not_judged(scanned: Scanned) -> None:
    found = scanned.findings()["notes.txt", "TLS 1.2"]
    assert (found["cryptoProtocolName"], found["compliance"]) == (f"TLS {TLS.parameters}", [])
    assert "isNistIR8547Compliant" not in found
    assert "cryptoAlgorithmName" not in found


def test_tables(scanned: Scanned) -> None:
    answer = scanned.ask("csv")
    assert 'filename="router-1.0.2-cryptography.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == len(scanned.findings())
    (row,) = [row for row in rows if row["name"] == "RSA-2048"]
    assert (row["compliant"], row["component"], row["recommended"]) == ("no", BUSYBOX, "ML-KEM-768")
    (row,) = [row for row in rows if row["name"] == "TLS 1.2"]
    assert (row["compliant"], row["approval"], row["component"]) == ("not covered", "", NOTES)
    assert scanned.ask("md").text.startswith("| name |")
    assert scanned.ask("xml").headers["content-type"].startswith("application/xml")


def test_a_document_for_people(scanned: Scanned) -> None:
    answer = scanned.ask("pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert 'filename="router-1.0.2-cryptography.pdf"' in answer.headers["content-disposition"]
    assert scanned.ask("pdf").content == answer.content
    reader = PdfReader(io.BytesIO(answer.content))
    assert reader.metadata is not None
    assert reader.metadata.title == "Cryptographic materials of router 1.0.2"
    blank = str.maketrans("", "", " \n\u200b")
    shown = "".join(page.extract_text() for page in reader.pages).translate(blank)
    for text in (
        "Algorithm RSA-2048",
        "acceptable, deprecated after 2030, disallowed after 2035",
        "ML-KEM-768",
        "Algorithm AES-128-CBC",
        "128 bits, category 1",
        "TLS 1.2",
        f"Certificate {CERTIFICATE.subject}: RSA-2048",
        "Page 1 of",
    ):
        assert text.translate(blank) in shown, text


def test_what_is_not_possible(api: Api) -> None:
    waiting = Scanned(api)
    assert waiting.ask().status_code == 422
    waiting.end(small_tree())
    assert waiting.findings() == {}
    assert waiting.ask("yaml").status_code == 400
    assert waiting.ask(mode="full").status_code == 400
    assert api.http.get(waiting.path).status_code == 400
    assert api.client(api.user("stranger@localhost")).get(waiting.path).status_code == 403


@pytest.mark.parametrize(("year", "severity"), [(2025, Severity.LOW), (2031, Severity.MEDIUM), (2036, Severity.HIGH)])
def test_it_becomes_urgent_with_the_years(year: int, severity: Severity) -> None:
    record = ComplianceRecord(
        algorithm="RSA",
        parameter="2048",
        verdict=ComplianceVerdict.NOT_COMPLIANT,
        transitions=(
            Transition(status=ApprovalStatus.DEPRECATED, year=2030),
            Transition(status=ApprovalStatus.DISALLOWED, year=2035),
        ),
    )
    assert Material(name="RSA-2048", title="", records=(record,)).severity(year) is severity
    accepted = replace(record, verdict=ComplianceVerdict.COMPLIANT)
    assert Material(name="AES", title="", records=(accepted,)).severity(year) is Severity.UNSPECIFIED
