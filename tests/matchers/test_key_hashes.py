"""Hashes by which lists know keys, against what other tools make of the same keys."""

import hashlib
import shutil
import subprocess
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, mlkem, rsa, x448, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.matchers.inventories import asset
from tests.matchers.keys_and_certificates import integer, tlv

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.domain.listed_key import KeyHash
from pellucid.matchers.crypto.key_hashes import BADKEYS, OPENSSH, OPENSSL, key_hashes

RSA = rsa.generate_private_key(65537, 1024).public_key()
DSA = dsa.generate_private_key(1024).public_key()
P521 = ec.derive_private_key(5, ec.SECP521R1()).public_key()
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
X25519 = x25519.X25519PrivateKey.from_private_bytes(bytes(32)).public_key()
ED448 = ed448.Ed448PrivateKey.from_private_bytes(bytes(57)).public_key()
X448 = x448.X448PrivateKey.from_private_bytes(bytes(56)).public_key()
MLDSA = mldsa.MLDSA65PrivateKey.generate().public_key()
MLKEM = mlkem.MLKEM768PrivateKey.generate().public_key()


def shown(encoded: bytes) -> CryptoAsset:
    print_ = hashlib.sha256(encoded).hexdigest()
    return asset(CryptoKind.PUBLIC_KEY, print_, public_key=b64encode(encoded).decode())


def hashes(key: object) -> dict[str, KeyHash]:
    encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]  # any key
    return {item.source: item for item in key_hashes(shown(encoded))}


def number(value: int) -> bytes:
    return hashlib.sha256(value.to_bytes((value.bit_length() + 7) // 8, "big")).digest()[:15]


@pytest.mark.parametrize(
    ("key", "digest"),
    [
        (RSA, number(RSA.public_numbers().n)),
        (DSA, number(DSA.public_numbers().y)),
        (P521, number(P521.public_numbers().x)),
        *((key, number(int.from_bytes(key.public_bytes_raw(), "big"))) for key in (ED25519, X25519, ED448, X448)),
        *((key, hashlib.sha256(key.public_bytes_raw()).digest()[:15]) for key in (MLDSA, MLKEM)),
    ],
    ids=["RSA", "DSA", "P-521", "Ed25519", "X25519", "Ed448", "X448", "ML-DSA", "ML-KEM"],
)
def test_badkeys_hashes_one_number_of_a_key(key: object, digest: bytes) -> None:
    assert hashes(key)[BADKEYS] == KeyHash("badkeys", "all", digest)


def test_a_key_of_diffie_and_hellman_is_its_number() -> None:
    group = tlv(0x30, bytes.fromhex("06092a864886f70d010301") + tlv(0x30, integer((1 << 3072) - 1) + integer(2)))
    (found,) = key_hashes(shown(tlv(0x30, group + tlv(3, b"\0" + integer(1 << 3000)))))
    assert found.digest == number(1 << 3000)


def test_a_point_is_known_by_x_however_it_is_written() -> None:
    point = P521.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    whole = P521.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    bits = b"\0" + point
    parameters = whole[whole.index(bytes.fromhex("301006072a8648ce3d0201")) :][:18]
    body = parameters + bytes([3, len(bits)]) + bits
    (short,) = key_hashes(shown(bytes([0x30, len(body)]) + body))
    assert short == hashes(P521)[BADKEYS]


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_openssl_prints_what_debians_list_hashes(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(RSA.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    command = ["openssl", "rsa", "-pubin", "-noout", "-modulus", "-in", "key.pem"]
    printed = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout
    digits = hashlib.sha1(printed, usedforsecurity=False).hexdigest()[20:]
    assert hashes(RSA)[OPENSSL] == KeyHash(OPENSSL, "RSA-1024", bytes.fromhex(digits))


@pytest.mark.parametrize(("key", "section"), [(RSA, "RSA-1024"), (DSA, "DSA-1024")])
def test_the_fingerprint_of_ssh_is_what_debians_other_list_has(key: object, section: str) -> None:
    line = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)  # type: ignore[attr-defined]  # any key
    fingerprint = hashlib.md5(b64decode(line.split()[1]), usedforsecurity=False).hexdigest()
    assert hashes(key)[OPENSSH] == KeyHash(OPENSSH, section, bytes.fromhex(fingerprint[12:]))


def test_what_cannot_be_read_has_none() -> None:
    whole = DSA.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    for broken in (b"", b"0", whole[:-1], whole[:200], b"\x30\x00", bytes(50)):
        assert key_hashes(shown(broken)) == ()
    assert key_hashes(asset(CryptoKind.PRIVATE_KEY, "ab", public_key="~")) == ()
