"""Keys and certificates that matchers of crypto assets are tested with, with their numbers as they stand in DER."""

from base64 import b64encode
from datetime import timedelta
from hashlib import sha256

from tests.matchers.inventories import AT, asset

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind

RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")


def tlv(tag: int, content: bytes) -> bytes:
    """One element of DER."""
    size = len(content)
    length = bytes([size]) if size < 0x80 else bytes([0x82, size >> 8, size & 0xFF])
    return bytes([tag]) + length + content


def integer(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def rsa_info(modulus: int, exponent: int = 65537) -> bytes:
    """SubjectPublicKeyInfo."""
    return tlv(0x30, RSA_ENCRYPTION + tlv(3, b"\0" + tlv(0x30, integer(modulus) + integer(exponent))))


def rsa_key(
    modulus: int, exponent: int = 65537, kind: CryptoKind = CryptoKind.PUBLIC_KEY, artefact: str = "etc/key"
) -> CryptoAsset:
    info = rsa_info(modulus, exponent)
    print_ = sha256(info).hexdigest()
    return asset(kind, print_, artefact, key_bits=modulus.bit_length(), public_key=b64encode(info).decode())


def certificate(name: str, artefact: str = "etc/device.pem", **more: object) -> CryptoAsset:
    """One that nothing is wrong with unless `more` says so."""
    values = {
        "subject": f"CN={name}",
        "issuer": "CN=authority",
        "signature_algorithm": "sha256WithRSAEncryption",
        "not_before": AT - timedelta(days=100),
        "not_after": AT + timedelta(days=1000),
        "key_fingerprint": f"key of {name}",
    } | more
    return asset(CryptoKind.CERTIFICATE, name, artefact, **values)


def anchors(artefact: str = "etc/ssl/certs/ca-certificates.crt", number: int = 12) -> tuple[CryptoAsset, ...]:
    """The content of a trust store; `artefact` may have a place for the number of each."""
    return tuple(
        certificate(f"anchor {one}", artefact.format(one), is_ca=True, is_self_signed=True) for one in range(number)
    )
