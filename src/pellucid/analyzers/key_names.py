"""How keys are called: algorithm, size and curve, and the fingerprint that both halves of a pair share."""

import base64
import tomllib
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict

import msgspec
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x448, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from pellucid.errors import Malformed
from pellucid.formats import der, spki

PARSE_ERRORS = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    InternalError,  # private keys of X448 and Ed448 that are too short, for instance
)
# The AlgorithmIdentifier of RSA (RFC 3279, 2.3.1).
RSA_INFO = bytes.fromhex("300d06092a864886f70d0101010500")
FEWEST_RSA_BITS, MOST_RSA_BITS = 512, 16384
_FIXED = {
    ed25519.Ed25519PublicKey: ("Ed25519", 256, "Curve25519"),
    ed448.Ed448PublicKey: ("Ed448", 456, "Curve448"),
    x25519.X25519PublicKey: ("X25519", 256, "Curve25519"),
    x448.X448PublicKey: ("X448", 448, "Curve448"),
}
# Of the curves that have several names, the one in FIPS 186-5 and SP 800-186.
_CURVES = {f"secp{bits}r1": f"P-{bits}" for bits in (192, 224, 256, 384, 521)}


class KeyFields(TypedDict):
    """The fields of a CryptoAsset that are the same for a public key and for the private key that belongs to it."""

    algorithm: str
    key_bits: int
    curve: str
    fingerprint: str
    public_key: str


class PublicHalf(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a public key; `encoded` is its SubjectPublicKeyInfo."""

    algorithm: str
    bits: int
    curve: str
    encoded: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of the SubjectPublicKeyInfo."""
        return sha256(self.encoded).hexdigest()

    @property
    def base64(self) -> str:
        return base64.b64encode(self.encoded).decode("ascii")

    @property
    def fields(self) -> KeyFields:
        return {
            "algorithm": self.algorithm,
            "key_bits": self.bits,
            "curve": self.curve,
            "fingerprint": self.fingerprint,
            "public_key": self.base64,
        }


def public_half(public: Any) -> PublicHalf:
    """Of a public key of `cryptography`: "RSA", "DSA", "EC", "Ed25519", "ML-DSA-65" ... and its bits."""
    encoded = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if isinstance(public, rsa.RSAPublicKey | dsa.DSAPublicKey):
        name = "RSA" if isinstance(public, rsa.RSAPublicKey) else "DSA"
        return PublicHalf(algorithm=name, bits=public.key_size, curve="", encoded=encoded)
    if isinstance(public, ec.EllipticCurvePublicKey):
        curve = _CURVES.get(public.curve.name, public.curve.name)
        return PublicHalf(algorithm="EC", bits=public.key_size, curve=curve, encoded=encoded)
    for kind, (name, bits, curve) in _FIXED.items():
        if isinstance(public, kind):
            return PublicHalf(algorithm=name, bits=bits, curve=curve, encoded=encoded)
    by_oid = _by_oid(encoded)
    if by_oid is None:
        raise ValueError(f"a key of an unknown kind: {type(public).__name__}")
    return by_oid


def read(encoded: bytes) -> PublicHalf | None:
    """Of a SubjectPublicKeyInfo or a PKCS#1 RSAPublicKey; None when it is neither or cannot be read."""
    try:
        return public_half(load_der_public_key(encoded))
    except PARSE_ERRORS:
        return _by_oid(encoded) or _unsound_rsa(encoded)


def _unsound_rsa(encoded: bytes) -> PublicHalf | None:
    """A key of RSA that libraries refuse for its exponent (1, even, larger than the modulus): somebody may use it."""
    try:
        info = encoded if encoded.startswith(RSA_INFO, _header(encoded)) else _wrapped(encoded)
        found = spki.read(info)
        modulus, _ = spki.rsa_numbers(found.key)
    except (Malformed, ValueError):
        return None
    bits = modulus.bit_length()
    if not FEWEST_RSA_BITS <= bits <= MOST_RSA_BITS or modulus % 2 == 0:
        return None
    return PublicHalf(algorithm="RSA", bits=bits, curve="", encoded=info[: found.end])


def _header(encoded: bytes) -> int:
    return der.element(encoded, 0).content


def _wrapped(key: bytes) -> bytes:
    """The SubjectPublicKeyInfo of an RSAPublicKey."""
    return _element(der.SEQUENCE, RSA_INFO + _element(der.BIT_STRING, b"\0" + key))


def _element(tag: int, content: bytes) -> bytes:
    size = len(content)
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, size] if size < 0x80 else [tag, 0x80 | len(long), *long]) + content


def _by_oid(encoded: bytes) -> PublicHalf | None:
    """A key that is no more than its bytes, of an algorithm that has an identifier for each set of parameters.

    The name of the set says how strong it is; its bits would not.
    """
    try:
        info = spki.read(encoded)
    except Malformed:
        return None
    name, length = named_keys().get(info.algorithm, ("", 0))
    if not name or len(info.key) != length or info.parameters:
        return None
    return PublicHalf(algorithm=name, bits=0, curve="", encoded=encoded[: info.end])


@cache
def named_keys() -> dict[str, tuple[str, int]]:
    """By object identifier: (name of algorithm and parameter set, bytes of a public key)."""
    text = Path(__file__).with_name("post_quantum_keys.toml").read_text(encoding="utf-8")
    return {row["oid"]: (row["name"], row["public"]) for row in tomllib.loads(text)["key"]}
