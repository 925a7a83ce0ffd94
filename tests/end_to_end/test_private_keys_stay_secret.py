"""Private keys that are planted in an image are found, and no byte of one is in a database, document or answer."""

import base64
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from pypdf import PdfReader
from tests.support.api_client import Api
from tests.support.planted_crypto import Private, certificate, private

from pellucid.cli import summary
from pellucid.domain.bill import bill_of
from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.scan import ScanStateType
from pellucid.domain.scan_result import ScanResult
from pellucid.reports.bill_document import FORMATS, bill_document
from pellucid.reports.cbom import FORMATS as CBOMS
from pellucid.reports.cbom import cbom_document
from pellucid.reports.scan_json import scan_json
from pellucid.services.local_scan import scan
from pellucid.settings import Settings
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.scans import ScanRepository

pytestmark = pytest.mark.timeout(120)
TRADITIONAL, PKCS8, OPENSSH = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8, PrivateFormat.OpenSSH
# Long enough that they are nowhere by chance.
SPAN = 12
GRIDS = ("cryptographicAssets", "findings", "components", "files", "dependencies")


def keys() -> dict[str, tuple[Private, Encoding, PrivateFormat]]:
    def modulus() -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(65537, 2048)

    def edwards() -> ed25519.Ed25519PrivateKey:
        return ed25519.Ed25519PrivateKey.generate()

    return {
        "pkcs1.pem": (modulus(), Encoding.PEM, TRADITIONAL),
        "pkcs1.der": (modulus(), Encoding.DER, TRADITIONAL),
        "pkcs8.pem": (modulus(), Encoding.PEM, PKCS8),
        "sec1.pem": (ec.generate_private_key(ec.SECP256R1()), Encoding.PEM, TRADITIONAL),
        "pkcs8.der": (ec.generate_private_key(ec.SECP384R1()), Encoding.DER, PKCS8),
        "edwards.pem": (edwards(), Encoding.PEM, PKCS8),
        "id_ed25519": (edwards(), Encoding.PEM, OPENSSH),
        "id_rsa": (modulus(), Encoding.PEM, OPENSSH),
    }


def secrets_of(key: Private) -> Iterator[bytes]:
    """The numbers that nobody else may know."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        yield key.private_bytes_raw()
    elif isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        for number in (numbers.d, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp):
            yield number.to_bytes((number.bit_length() + 7) // 8, "big")
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        yield key.private_numbers().private_value.to_bytes(key.key_size // 8, "big")


def shapes_of(secret: bytes) -> Iterator[bytes]:
    """A stretch of it as it would stand in a file, in JSON or in a log."""
    for start in range(0, len(secret) - SPAN - 3, SPAN):
        part = secret[start : start + SPAN + 3]
        yield part
        yield part.hex().encode()
        yield part.hex().upper().encode()
        for skipped in range(3):
            yield base64.b64encode(part[skipped : skipped + SPAN])
    yield str(int.from_bytes(secret, "big")).encode()


@pytest.fixture(scope="module")
def needles_and_image(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[bytes], Path]:
    path = tmp_path_factory.mktemp("planted") / "planted.tar"
    needles: list[bytes] = []
    with tarfile.open(path, "w") as archive:
        for name, (key, encoding, form) in keys().items():
            needles += [shape for secret in secrets_of(key) for shape in shapes_of(secret)]
            data, _ = private(key, encoding, form)
            pem = certificate(key).public_bytes(Encoding.PEM)
            for file, content in ((name, data), (f"{name}.crt", pem)):
                member = tarfile.TarInfo(f"etc/keys/{file}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return needles, path


def test_the_needles_would_be_found(needles_and_image: tuple[list[bytes], Path]) -> None:
    needles, image = needles_and_image
    content = image.read_bytes()
    plain = base64.b64decode(b"".join(content.split(b"BEGIN PRIVATE KEY-----")[1].split(b"-----END")[0].split()))
    assert len(leaked(needles, content)) > 10
    assert len(leaked(needles, json.dumps({"key": plain.hex()}).encode())) > 10
    assert len(leaked(needles, base64.b64encode(plain))) > 10


def leaked(needles: list[bytes], content: bytes) -> list[bytes]:
    return [needle for needle in needles if needle in content]


def test_no_byte_of_a_key_is_kept_or_told(
    api: Api, needles_and_image: tuple[list[bytes], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needles, image = needles_and_image
    result = scan(image, Settings(data_dir=tmp_path / "data", processes=1), lambda _: None, keep=True)
    found = {item.fingerprint for item in result.crypto_assets if item.kind is CryptoKind.PRIVATE_KEY}
    assert len(found) == len(keys())
    assert any(item.name == "Private key in image" for item in result.findings)
    summary.show(result)
    told = {"table": capsys.readouterr().out.encode(), "json": json.dumps(scan_json(result)).encode()}
    bill = bill_of(result, tool_version="0")
    told |= {form: cbom_document(bill, form).encode() for form in CBOMS}
    told |= {form: bill_document(bill, form).encode() for form in FORMATS}
    told |= answers(api, result)
    for folder in (tmp_path / "data", api.folder):
        told |= {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert any(name.endswith(".db") for name in told)
    assert [name for name, content in told.items() if leaked(needles, content)] == []


def answers(api: Api, result: ScanResult) -> dict[str, bytes]:
    """What a server says of the same scan."""
    product = api.product()
    image = api.image(product)
    path, scan_id = f"{product}/images/{image['id']}", image["latestScan"]["id"]
    with api.database.begin() as tx:
        ScanResultRepository(tx).store(scan_id, result, "")
        FindingRepository(tx).store(product.rpartition("/")[2], scan_id, result.findings)
        ScanRepository(tx).enter(scan_id, ScanStateType.DONE)
    asked = {f"grids/{name}": f"/api/v4/grids/{name}:gridList" for name in GRIDS}
    asked["findingsReport"] = f"{path}/findingsReport:download?mode=full&contentType=json"
    said = {name: api.http.post(url, json={"page": {"size": 100}}) for name, url in asked.items()}
    for name in ("cbomReport:cycloneDX", "sbomReport:cycloneDX", "vexReport:openVEX", f"scans/{scan_id}/components"):
        said[name] = api.http.get(f"{path}/{name}")
    for form in ("json", "csv", "pdf"):
        asked_for = {"mode": "pqc-compliance", "contentType": form}
        said[f"materials.{form}"] = api.http.get(f"{path}/cryptographicMaterialsReport", params=asked_for)
    assert {name: answer.status_code for name, answer in said.items() if answer.status_code != 200} == {}
    rows = said["grids/cryptographicAssets"].json()["rows"]
    assert sum(row["type"] == "private-key" for row in rows) == len(keys())
    for row in rows:
        number = row["property"]["id"]
        download = said[number] = api.http.get(f"{path}/scans/{scan_id}/cryptographicAssets/{number}/content")
        is_private = row["type"] == "private-key"
        assert download.status_code == (403 if is_private else 200)
        assert (row["downloadUrl"] == "") is is_private
    pages = PdfReader(io.BytesIO(said["materials.pdf"].content)).pages
    shown = "".join(page.extract_text() for page in pages).replace("\u200b", "").replace("\n", "")
    return {name: answer.content for name, answer in said.items()} | {"text of the pdf": shown.encode()}
