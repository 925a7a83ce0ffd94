"""Crypto assets and uses of algorithms in the small tree of scanned_trees, one of every kind."""

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime

from tests.support.scanned_trees import BUSYBOX, ROOT, small_tree

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.crypto_use import CryptoUse, Primitive, UseWitness
from pellucid.domain.evidence import Evidence
from pellucid.domain.scan_result import ScanResult

NOTES = f"{ROOT}!notes.txt"
# The SubjectPublicKeyInfo of an Ed25519 key (RFC 8410).
PUBLIC = b64encode(bytes.fromhex("302a300506032b6570032100") + bytes(range(32))).decode()


def spot(artefact: str, offset: int, seen: str = "") -> Evidence:
    return Evidence(artefact=artefact, offset=offset, seen=seen)


CERTIFICATE = CryptoAsset(
    kind=CryptoKind.CERTIFICATE,
    algorithm="RSA",
    key_bits=2048,
    fingerprint="c1" * 32,
    key_fingerprint="a1" * 32,
    public_key=PUBLIC,
    encoding=Encoding.PEM,
    container="pkcs12",
    subject="CN=router.example,O=100%_Ä",
    issuer="CN=Device CA",
    serial="1f",
    signature_algorithm="sha256WithRSAEncryption",
    not_before=datetime(2020, 1, 1, tzinfo=UTC),
    not_after=datetime(2024, 1, 1, 12, 30, tzinfo=UTC),
    usages=("digitalSignature", "serverAuth"),
    names=("router.example", "192.0.2.1"),
    is_ca=False,
    subject_key_id="0102",
    authority_key_id="0304",
    evidence=spot(NOTES, 0, "certificate CN=router.example"),
)
CERTIFICATE_AGAIN = replace(CERTIFICATE, evidence=spot(BUSYBOX, 400, "certificate CN=router.example"))
AUTHORITY = CryptoAsset(
    kind=CryptoKind.CERTIFICATE,
    algorithm="EC",
    curve="P-256",
    key_bits=256,
    fingerprint="c2" * 32,
    key_fingerprint="a2" * 32,
    encoding=Encoding.DER,
    subject="CN=Device CA",
    issuer="CN=Device CA",
    serial="1",
    signature_algorithm="ecdsa-with-SHA256",
    not_before=datetime(2020, 1, 1, tzinfo=UTC),
    not_after=datetime(2045, 1, 1, tzinfo=UTC),
    is_ca=True,
    is_self_signed=True,
    evidence=spot(NOTES, 2000),
)
PRIVATE = CryptoAsset(
    kind=CryptoKind.PRIVATE_KEY,
    algorithm="RSA",
    key_bits=2048,
    fingerprint="a1" * 32,
    public_key=PUBLIC,
    encoding=Encoding.PEM,
    encrypted=True,
    evidence=spot(BUSYBOX, 8, "-----BEGIN ENCRYPTED PRIVATE KEY-----"),
)
PUBLIC_KEY = CryptoAsset(
    kind=CryptoKind.PUBLIC_KEY,
    algorithm="RSA",
    key_bits=2048,
    fingerprint="a1" * 32,
    public_key=PUBLIC,
    encoding=Encoding.OPENSSH,
    comment="root@build",
    evidence=spot(NOTES, 9000, "ssh-rsa"),
)
MESSAGE = CryptoAsset(
    kind=CryptoKind.PKCS7, algorithm="", fingerprint="d1" * 32, encoding=Encoding.DER, evidence=spot(BUSYBOX, 480)
)
STORE = CryptoAsset(
    kind=CryptoKind.KEYSTORE,
    algorithm="",
    fingerprint="d2" * 32,
    encoding=Encoding.KEYSTORE,
    container="jks",
    locked=True,
    evidence=spot(NOTES, 9500),
)
ASSETS = (CERTIFICATE, AUTHORITY, PRIVATE, PUBLIC_KEY, MESSAGE, STORE, CERTIFICATE_AGAIN)

AES = CryptoUse(
    algorithm="AES",
    primitive=Primitive.BLOCK_CIPHER,
    parameters="128",
    mode="CBC",
    witness=UseWitness.CONFIGURATION,
    confidence=0.9,
    evidence=spot(NOTES, 100, "AES128-CBC"),
)
AES_AGAIN = replace(AES, witness=UseWitness.CONSTANT, confidence=0.95, evidence=spot(BUSYBOX, 64, "S-box"))
RSA = CryptoUse(
    algorithm="RSA",
    primitive=Primitive.PKE,
    parameters="2048",
    witness=UseWitness.IMPORT,
    confidence=0.8,
    evidence=spot(BUSYBOX, 70, "RSA_generate_key_ex"),
)
TLS = CryptoUse(
    protocol="TLS",
    parameters="1.2",
    witness=UseWitness.CONFIGURATION,
    confidence=0.9,
    evidence=spot(NOTES, 200, "ssl_protocols TLSv1.2"),
)
USES = (AES, TLS, RSA, AES_AGAIN)


def crypto_tree() -> ScanResult:
    """The small tree with all of these in it."""
    return replace(small_tree(), crypto_assets=ASSETS, crypto_uses=USES)
