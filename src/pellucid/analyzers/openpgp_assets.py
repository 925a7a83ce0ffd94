"""Keys of OpenPGP as crypto assets."""

from datetime import UTC, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x448, x25519

from pellucid.analyzers.key_names import PARSE_ERRORS, KeyFields, PublicHalf, public_half
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.evidence import Evidence
from pellucid.errors import Malformed
from pellucid.formats import openpgp

FEWEST_BITS, MOST_BITS = 512, 16384
ED25519_CURVES = (bytes.fromhex("2b06010401da470f01"), bytes.fromhex("2b6570"))
X25519_CURVES = (bytes.fromhex("2b060104019755010501"), bytes.fromhex("2b656e"))
CURVES: dict[str, ec.EllipticCurve] = {
    "2a8648ce3d030107": ec.SECP256R1(),
    "2b81040022": ec.SECP384R1(),
    "2b81040023": ec.SECP521R1(),
    "2b8104000a": ec.SECP256K1(),
    "2b2403030208010107": ec.BrainpoolP256R1(),
    "2b240303020801010b": ec.BrainpoolP384R1(),
    "2b240303020801010d": ec.BrainpoolP512R1(),
}
NAMES = {
    openpgp.ELGAMAL: "ElGamal",
    openpgp.DSA: "DSA",
    openpgp.ECDH: "EC",
    openpgp.ECDSA: "EC",
    openpgp.EDDSA: "EdDSA",
}
COMPRESSED = 0x40
"""In front of a point of Curve25519, as OpenPGP writes it (RFC 9580, 11.2.2)."""


def asset(key: openpgp.Key, evidence: Evidence) -> CryptoAsset:
    """The key, known by its OpenPGP fingerprint too (subject_key_id); private when its secret part is there."""
    return CryptoAsset(
        kind=CryptoKind.PRIVATE_KEY if key.secret else CryptoKind.PUBLIC_KEY,
        encoding=Encoding.OPENPGP,
        encrypted=key.encrypted,
        not_before=datetime.fromtimestamp(key.created, UTC),
        not_after=datetime.fromtimestamp(key.expires, UTC) if key.expires else None,
        subject_key_id=key.fingerprint,
        comment="".join(c if c.isprintable() else "." for c in key.user_id),
        evidence=evidence,
        **fields(key),
    )


def fields(key: openpgp.Key) -> KeyFields:
    """Of a key that X.509 has no name for (ElGamal), the fingerprint is that of its public packet."""
    try:
        return _half(key).fields
    except (*PARSE_ERRORS, Malformed):
        pass
    name = "RSA" if key.algorithm in openpgp.RSA else NAMES.get(key.algorithm, f"OpenPGP {key.algorithm}")
    numbers = key.algorithm in openpgp.NUMBERS
    return {
        "algorithm": name,
        "key_bits": int.from_bytes(key.fields[0], "big").bit_length() if numbers else 0,
        "curve": "",
        "fingerprint": sha256(key.public).hexdigest(),
        "public_key": "",
    }


def _half(key: openpgp.Key) -> PublicHalf:
    numbers = [int.from_bytes(field, "big") for field in key.fields]
    if key.algorithm in openpgp.RSA:
        modulus, exponent = numbers
        if not FEWEST_BITS <= modulus.bit_length() <= MOST_BITS:
            raise Malformed("an RSA key of an impossible size")
        return public_half(rsa.RSAPublicNumbers(exponent, modulus).public_key())
    if key.algorithm == openpgp.DSA:
        p, q, g, y = numbers
        return public_half(dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g)).public_key())
    point = key.fields[0] if key.fields else b""
    if key.algorithm in openpgp.CURVES:
        return public_half(_on_curve(key.curve, point))
    for algorithm, kind in (
        (openpgp.X25519, x25519.X25519PublicKey),
        (openpgp.X448, x448.X448PublicKey),
        (openpgp.ED25519, ed25519.Ed25519PublicKey),
        (openpgp.ED448, ed448.Ed448PublicKey),
    ):
        if key.algorithm == algorithm:
            return public_half(kind.from_public_bytes(point))
    raise Malformed("a key that has no name elsewhere")


def _on_curve(curve: bytes, point: bytes) -> object:
    if curve in ED25519_CURVES and point[:1] == bytes([COMPRESSED]):
        return ed25519.Ed25519PublicKey.from_public_bytes(point[1:])
    if curve in X25519_CURVES and point[:1] == bytes([COMPRESSED]):
        return x25519.X25519PublicKey.from_public_bytes(point[1:])
    if curve.hex() not in CURVES:
        raise Malformed("an unknown curve")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVES[curve.hex()], point)
