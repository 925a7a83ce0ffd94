"""Keys and certificates over the API: what a row says, and which bytes are given to whom."""

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from sqlalchemy import update
from tests.support.api_client import Api
from tests.support.certificates import certificate
from tests.support.cryptography_in_trees import AUTHORITY, CERTIFICATE, PRIVATE, PUBLIC_KEY, STORE, spot
from tests.support.scanned_trees import BUSYBOX, ROOT, finding, small_tree, store

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.ids import new_id
from pellucid.domain.roles import RoleKey
from pellucid.storage.rows.crypto import ScanCryptoAssetRow

GRID = "/api/v4/grids/cryptographicAssets:gridList"
CHART = "/api/v4/charts/cryptographicAssets:chartList"
FRONT = b"firmware\n"


class Scanned:
    """An image that begins with a certificate in PEM and in DER, and whose scan has found these and others."""

    def __init__(self, api: Api, folder: Path) -> None:
        pem = certificate(folder, "router.example")[0].read_bytes()
        self.certificate = x509.load_pem_x509_certificate(pem)
        self.der = self.certificate.public_bytes(serialization.Encoding.DER)
        spki = self.certificate.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.public = replace(PUBLIC_KEY, public_key=b64encode(spki).decode(), fingerprint=sha256(spki).hexdigest())
        self.there = self._found(len(FRONT), Encoding.PEM)
        unpacked = replace(self.there, fingerprint="c3" * 32, evidence=spot(BUSYBOX, 3))
        moved = self._found(2, Encoding.DER, fingerprint="c4" * 32)
        self.assets = (self.there, unpacked, PRIVATE, self.public, STORE, moved, AUTHORITY)
        self.api, product = api, api.product()
        image = api.image(product, content=FRONT + pem + self.der)
        self.scan_id = image["latestScan"]["id"]
        self.path = f"{product}/images/{image['id']}/scans/{self.scan_id}/cryptographicAssets"
        expired = finding("expired", ROOT)
        about = replace(expired, identifiers=(("certificateSha256", self.there.fingerprint),))
        self.product_id = product.rpartition("/")[2]
        store(api.database, self.product_id, self.scan_id, replace(small_tree(), crypto_assets=self.assets), about)

    def _found(self, offset: int, encoding: Encoding, **more: Any) -> CryptoAsset:
        found = replace(CERTIFICATE, fingerprint=sha256(self.der).hexdigest(), encoding=encoding)
        return replace(found, evidence=spot(ROOT, offset), **more)

    def rows(self, **query: Any) -> Any:
        answer = self.api.http.post(GRID, json=query)
        assert answer.status_code == 200, answer.text
        return {row["property"]["id"].rpartition("-")[2]: row for row in answer.json()["rows"]}

    def download(self, number: int) -> Any:
        return self.api.http.get(f"{self.path}/{self.scan_id}-{number}/content")


@pytest.fixture
def scanned(api: Api, tmp_path: Path) -> Scanned:
    folder = tmp_path / "made"
    folder.mkdir()
    return Scanned(api, folder)


def test_a_row_says_what_is_known(scanned: Scanned) -> None:
    row = scanned.rows()["0"]
    assert (row["type"], row["path"], row["isVulnerable"]) == ("certificate", ROOT, True)
    assert row["component"]["id"] == f"{scanned.scan_id}-0"
    known = row["property"]
    assert (known["subject"], known["isExpired"], known["keyBits"]) == ("CN=router.example,O=100%_Ä", True, 2048)
    assert known["evidence"] == [{"artefact": ROOT, "offset": len(FRONT), "length": 0, "seen": ""}]
    assert (known["notAfter"], known["container"], known["usages"][1]) == (
        "2024-01-01T12:30:00Z",
        "pkcs12",
        "serverAuth",
    )


def test_a_row_says_what_nist_says_of_the_asset(scanned: Scanned) -> None:
    rows = scanned.rows()
    assert rows["0"]["property"]["isNistIR8547Compliant"] is False
    assert [item["nistIr8547"]["algorithm"] for item in rows["0"]["property"]["compliance"]] == ["RSA", "SHA-256"]
    assert "isNistIR8547Compliant" not in rows["4"]["property"]
    assert rows["4"]["property"]["compliance"] == []


def test_what_is_refused_says_what_is_possible(scanned: Scanned) -> None:
    for path in (GRID, CHART):
        answer = scanned.api.http.post(path, json={"filters": [{"field": "colour", "value": "red"}]})
        assert answer.status_code == 400
        assert "isVulnerable" in answer.json()["message"]
    assert scanned.api.http.post(CHART, json={"fields": ["path"]}).status_code == 400


def test_the_chart_counts_by_type(scanned: Scanned) -> None:
    query = {"fields": ["type"], "filters": [{"field": "type", "value": "private-key"}]}
    assert scanned.api.http.post(CHART, json=query).json() == {"rows": [{"type": "private-key", "value": 1}]}
    assert scanned.api.http.post(CHART).json() == {"rows": [{"value": len(scanned.assets)}]}


def test_links_lead_to_what_is_public_and_there(scanned: Scanned) -> None:
    links = {number: row["downloadUrl"] for number, row in scanned.rows().items()}
    assert {number for number, url in links.items() if url} == {"0", "3", "5"}
    stranger = scanned.api.client(None)
    answer = stranger.get(links["0"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pkix-cert")
    assert answer.content == scanned.der
    assert f'filename="{scanned.there.fingerprint[:16]}.cer"' in answer.headers["content-disposition"]
    answer = stranger.get(links["3"])
    assert answer.content == scanned.certificate.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert stranger.get(links["0"].partition("?")[0]).status_code == 401
    assert stranger.get(links["0"].replace("-0/content", "-3/content")).status_code == 401


def test_private_keys_are_given_to_nobody(scanned: Scanned) -> None:
    for number in (2, 4):
        answer = scanned.download(number)
        assert answer.status_code == 403
        assert "given to nobody" in answer.json()["message"]
    reader = scanned.api.user("reader@localhost", **{f"products_{scanned.product_id}": RoleKey.RULE_ADMIN})
    http = scanned.api.client(reader)
    assert http.get(f"{scanned.path}/{scanned.scan_id}-0/content").status_code == 403
    rows = http.post(GRID, json={"filters": [{"field": "id", "value": f"{scanned.scan_id}-0"}]}).json()["rows"]
    assert ["signature" in row["downloadUrl"] for row in rows] == [False]


def test_what_was_not_kept_or_is_something_else_is_not_found(scanned: Scanned) -> None:
    for number in (1, 5, 6, 7, 99):
        assert scanned.download(number).status_code == 404, number
    for wrong in ("x", f"{new_id()}-0", f"{scanned.scan_id}-00"):
        assert scanned.api.http.get(f"{scanned.path}/{wrong}/content").status_code == 404
    elsewhere = scanned.path.replace(scanned.scan_id, new_id())
    assert scanned.api.http.get(f"{elsewhere}/{scanned.scan_id}-0/content").status_code == 404
    for blob in scanned.api.stored():
        blob.unlink()
    assert scanned.download(0).status_code == 404
    assert scanned.download(3).status_code == 200


def test_a_certificate_that_was_unpacked_is_kept(scanned: Scanned) -> None:
    kept = {"encoding": "pem", "algorithm": "RSA", "certificate": b64encode(scanned.der).decode()}
    right, wrong = kept | {"fingerprint": sha256(scanned.der).hexdigest()}, kept | {"fingerprint": "c4" * 32}
    with scanned.api.database.begin() as tx:
        for number, asset in ((1, right), (2, right), (4, right), (5, wrong)):
            row = update(ScanCryptoAssetRow).where(ScanCryptoAssetRow.number == number)
            tx.session.execute(row.values(asset=asset))
    for blob in scanned.api.stored():
        blob.unlink()
    links = {number: row["downloadUrl"] for number, row in scanned.rows().items()}
    assert not any(links[number] for number in ("2", "4"))
    answer = scanned.api.client(None).get(links["1"])
    assert (answer.status_code, answer.content) == (200, scanned.der)
    assert answer.headers["content-type"] == "application/pkix-cert"
    assert [scanned.download(number).status_code for number in (2, 4, 5)] == [403, 403, 404]


def test_a_message_in_ber_is_given_as_it_stands(api: Api) -> None:
    message = bytes.fromhex("308006092a864886f70d010703a080300302010000000000")
    found = replace(
        CERTIFICATE,
        kind=CryptoKind.PKCS7,
        encoding=Encoding.DER,
        fingerprint=sha256(message).hexdigest(),
        evidence=spot(ROOT, len(FRONT)),
    )
    product = api.product()
    image = api.image(product, content=FRONT + message + b"behind")
    scan_id = image["latestScan"]["id"]
    store(api.database, product.rpartition("/")[2], scan_id, replace(small_tree(), crypto_assets=(found,)))
    path = f"{product}/images/{image['id']}/scans/{scan_id}/cryptographicAssets/{scan_id}-0/content"
    answer = api.http.get(path)
    assert (answer.status_code, answer.content) == (200, message)


def test_a_public_key_that_is_not_what_its_fingerprint_says_is_not_given(scanned: Scanned) -> None:
    asset = {"encoding": "pem", "algorithm": "RSA", "fingerprint": "a1" * 32, "public_key": PUBLIC_KEY.public_key}
    with scanned.api.database.begin() as tx:
        tx.session.execute(update(ScanCryptoAssetRow).where(ScanCryptoAssetRow.number == 3).values(asset=asset))
    assert scanned.download(3).status_code == 404


def test_a_finding_about_a_key_says_what_nist_says_of_it(scanned: Scanned) -> None:
    fields = ["name", "cryptoAlgorithmName", "cryptoAlgorithmPrimitive", "isNistIR8547Compliant", "compliance"]
    for query in ({}, {"fields": fields}):
        (row,) = scanned.api.http.post("/api/v4/grids/findings:gridList", json=query).json()["rows"]
        assert (row["cryptoAlgorithmName"], row["cryptoAlgorithmPrimitive"]) == ("RSA-2048", "pke")
        assert row["isNistIR8547Compliant"] is False
        key, digest = (item["nistIr8547"] for item in row["compliance"])
        assert (key["algorithm"], digest["algorithm"]) == ("RSA", "SHA-256")
    found = scanned.api.http.get(f"{scanned.path.partition('/images/')[0]}/findings/{row['id']}").json()
    assert found["compliance"] == row["compliance"]
    (row,) = scanned.api.http.post("/api/v4/grids/findings:gridList", json={"fields": ["name"]}).json()["rows"]
    assert row.keys() == {"id", "name"}


def test_findings_by_algorithm_and_compliance(scanned: Scanned) -> None:
    def rows(path: str, **query: Any) -> Any:
        answer = scanned.api.http.post(f"/api/v4/{path}", json=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["rows"]

    for field, right, wrong in (
        ("cryptoAlgorithmName", "RSA-2048", "RSA-1024"),
        ("isNistIR8547Compliant", False, True),
    ):
        for value, number in ((right, 1), (wrong, 0)):
            filters = [{"field": field, "value": value}]
            assert len(rows("grids/findings:gridList", filters=filters)) == number, (field, value)
            assert sum(row["value"] for row in rows("charts/findings:chartList", filters=filters)) == number
            assert bool(rows("grids/cryptographicAssets:gridList", filters=filters)) == bool(number)
    (row,) = rows("charts/findings:chartList", fields=["cryptoAlgorithmName", "isNistIR8547Compliant"])
    assert row == {"cryptoAlgorithmName": "RSA-2048", "isNistIR8547Compliant": False, "value": 1}


def test_a_finding_about_something_else_says_nothing_of_cryptography(api: Api) -> None:
    product = api.product()
    image = api.image(product)
    store(api.database, product.rpartition("/")[2], image["latestScan"]["id"], small_tree(), finding("CVE-1", BUSYBOX))
    (row,) = api.http.post("/api/v4/grids/findings:gridList", json={}).json()["rows"]
    assert "isNistIR8547Compliant" not in row
    assert row["compliance"] == []
