"""The numbers of RSA public keys, from SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) and RSAPublicKey (RFC 8017, A.1.1)."""

from base64 import b64decode
from dataclasses import dataclass

from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.errors import Malformed
from pellucid.formats import der

LONGEST = 16 << 10  # base64 of a modulus of 16384 bits is a quarter of this
MOST_BITS = 16384
RSA = bytes.fromhex("06092a864886f70d0101")  # rsaEncryption, RSASSA-PSS and RSAES-OAEP


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


def _read(info: bytes) -> RsaNumbers | None:
    algorithm, bits = der.children(info, der.element(info, 0), most=2)
    if not info.startswith(RSA, algorithm.content) or bits.tag != der.BIT_STRING or info[bits.content] != 0:
        return None
    modulus, exponent = der.children(info, der.element(info, bits.content + 1, bits.end), most=2)
    if modulus.tag != der.INTEGER or exponent.tag != der.INTEGER:
        return None
    n = int.from_bytes(info[modulus.content : modulus.end], "big")
    e = int.from_bytes(info[exponent.content : exponent.end], "big")
    # A negative modulus is one whose leading zero was forgotten: it is read as the number that was meant.
    return RsaNumbers(n, e) if 1 < n.bit_length() <= MOST_BITS and e.bit_length() <= MOST_BITS else None
