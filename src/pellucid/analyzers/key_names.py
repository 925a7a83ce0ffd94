"""How keys are called: algorithm and size, and the fingerprint that both halves of a pair share."""

from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x448, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_FIXED = {
    ed25519.Ed25519PublicKey: ("Ed25519", 256),
    ed448.Ed448PublicKey: ("Ed448", 456),
    x25519.X25519PublicKey: ("X25519", 256),
    x448.X448PublicKey: ("X448", 448),
}


def describe(public: Any) -> tuple[str, int]:
    """("RSA", 2048), ("EC secp256r1", 256), ("Ed25519", 256) …; the class name and 0 for others."""
    if isinstance(public, rsa.RSAPublicKey):
        return "RSA", public.key_size
    if isinstance(public, dsa.DSAPublicKey):
        return "DSA", public.key_size
    if isinstance(public, ec.EllipticCurvePublicKey):
        return f"EC {public.curve.name}", public.key_size
    for kind, description in _FIXED.items():
        if isinstance(public, kind):
            return description
    return type(public).__name__.removesuffix("PublicKey"), 0


def fingerprint(public: Any) -> str:
    """SHA-256, in hex, of the SubjectPublicKeyInfo."""
    return sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
