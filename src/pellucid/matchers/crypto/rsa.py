"""The numbers of RSA public keys, from SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) and RSAPublicKey (RFC 8017, A.1.1)."""

from base64 import b64decode
from dataclasses import dataclass

from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.errors import Malformed
from pellucid.formats import spki

LONGEST = 16 << 10  # base64 of a modulus of 16384 bits is a quarter of this
MOST_BITS = 16384
RSA = tuple(f"1.2.840.113549.1.1.{number}" for number in (1, 7, 10))  # rsaEncryption, RSAES-OAEP, RSASSA-PSS


@dataclass(frozen=True)
class RsaNumbers:
    modulus: int
    exponent: int


def rsa_numbers(asset: CryptoAsset) -> RsaNumbers | None:
    """Those of an asset's public key; None where it is no RSA key, is not known, or is beyond all reason.

    They are read here rather than by a library of cryptography, which refuses just the numbers that are looked for.
    """
    if not asset.public_key or len(asset.public_key) > LONGEST:
        return None
    try:
        return _read(b64decode(asset.public_key, validate=True))
    except (Malformed, ValueError):
        return None


def _read(encoded: bytes) -> RsaNumbers | None:
    info = spki.read(encoded)
    if info.algorithm not in RSA:
        return None
    n, e = spki.rsa_numbers(info.key)
    return RsaNumbers(n, e) if 1 < n.bit_length() <= MOST_BITS and e.bit_length() <= MOST_BITS else None
