"""SSH keys as crypto assets."""

import base64
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from pellucid.analyzers import der_keys
from pellucid.analyzers.key_names import PARSE_ERRORS, PublicHalf, public_half
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.evidence import Evidence
from pellucid.errors import Malformed
from pellucid.formats import ssh_wire

FEWEST_BITS, MOST_BITS = 512, 16384
_CURVES: dict[str, ec.EllipticCurve] = {"256": ec.SECP256R1(), "384": ec.SECP384R1(), "521": ec.SECP521R1()}


def half(key: ssh_wire.PublicKey) -> PublicHalf | None:
    """The key as any other public key; None when its numbers cannot be those of one."""
    try:
        return public_half(_loaded(key))
    except (*PARSE_ERRORS, Malformed):
        return None


def certificate(key: ssh_wire.PublicKey, encoded: bytes, evidence: Evidence, comment: str) -> CryptoAsset | None:
    """A certificate of OpenSSH: its subject is the key id, its issuer the authority's key as ssh-keygen shows it."""
    said, public = key.certificate, half(key)
    if said is None or public is None:
        return None
    authority = base64.b64encode(sha256(said.authority).digest()).decode("ascii").rstrip("=")
    return CryptoAsset(
        kind=CryptoKind.CERTIFICATE,
        algorithm=public.algorithm,
        key_bits=public.bits,
        curve=public.curve,
        key_fingerprint=public.fingerprint,
        public_key=public.base64,
        fingerprint=sha256(encoded).hexdigest(),
        encoding=Encoding.OPENSSH,
        subject=said.key_id[:1024],
        issuer=f"SHA256:{authority}",
        serial=f"{said.serial:x}",
        signature_algorithm=said.signature[:64],
        names=said.principals,
        not_before=_time(said.after) if said.after else None,
        not_after=_time(said.before),
        evidence=evidence,
        comment=comment,
    )


def _loaded(key: ssh_wire.PublicKey) -> object:
    fields = key.fields
    if key.name == "ssh-rsa":
        exponent, modulus = map(_number, fields)
        if not FEWEST_BITS <= modulus.bit_length() <= MOST_BITS:
            raise Malformed("an RSA key of an impossible size")
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    if key.name == "ssh-dss":
        p, q, g, y = map(_number, fields)
        return dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g)).public_key()
    if "ed25519" in key.name:
        if not der_keys.random_enough(fields[0]):
            raise Malformed("a constant instead of a key")
        return ed25519.Ed25519PublicKey.from_public_bytes(fields[0])
    curve = fields[0].decode("ascii", "replace").removeprefix("nistp")
    if f"nistp{curve}" not in key.name or curve not in _CURVES:
        raise Malformed("a key on another curve than its name says")
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[curve], fields[1])


def _number(field: bytes) -> int:
    return int.from_bytes(field, "big", signed=True)


def _time(seconds: int) -> datetime | None:
    """None for what has no end or does not fit."""
    return datetime.fromtimestamp(seconds, UTC) if seconds < 1 << 37 else None
