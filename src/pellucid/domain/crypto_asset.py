"""Crypto assets: keys and certificates lying in an image."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class CryptoKind(StrEnum):
    CERTIFICATE = "certificate"
    PRIVATE_KEY = "privateKey"
    PUBLIC_KEY = "publicKey"


class Encoding(StrEnum):
    PEM = "pem"
    DER = "der"


@dataclass(frozen=True, kw_only=True)
class CryptoAsset:
    """A key or certificate. Private key material is never part of it.

    `fingerprint` is the SHA-256, in hex, of the certificate's DER or of the SubjectPublicKeyInfo (RFC 5280, 4.1.2.7)
    that belongs to a key, so that the two halves of a pair share it; for a key that cannot be read (encrypted,
    truncated) it is that of the encoded bytes. Times are UTC.
    """

    kind: CryptoKind
    algorithm: str
    fingerprint: str
    encoding: Encoding
    evidence: Evidence
    key_bits: int = 0
    encrypted: bool = False
    subject: str = ""
    issuer: str = ""
    serial: str = ""
    signature_algorithm: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None

    @property
    def identity(self) -> tuple[str, str]:
        return (self.kind, self.fingerprint)

    def expired(self, at: datetime) -> bool:
        return self.not_after is not None and self.not_after < at
