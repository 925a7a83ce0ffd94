"""Crypto assets: keys and certificates lying in an image, and what they are kept in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pellucid.domain.evidence import Evidence

# In bytes: the longest that people use have a few thousand.
LONGEST_CERTIFICATE = 16 << 10


class CryptoKind(StrEnum):
    """What it is. A store whose content can be read is no asset: what lies in it is."""

    CERTIFICATE = "certificate"
    PRIVATE_KEY = "privateKey"
    PUBLIC_KEY = "publicKey"
    PKCS7 = "pkcs7"  # a signed or enveloped message, which may carry certificates (CMS, RFC 5652)
    KEYSTORE = "keystore"  # one that is locked


class Encoding(StrEnum):
    """How its bytes stand in the artefact."""

    PEM = "pem"
    DER = "der"
    OPENSSH = "openssh"  # a line of a known_hosts or authorized_keys file, or a blob (RFC 4253, 6.6)
    OPENPGP = "openpgp"  # packets (RFC 9580), armoured or not
    SIGNIFY = "signify"  # a comment and a line in Base64, of signify, usign or minisign
    KEYSTORE = "keystore"  # an entry of a PKCS#12, JKS, JCEKS or BKS store


@dataclass(frozen=True, kw_only=True)
class CryptoAsset:
    """A key or certificate. Private key material is never part of it.

    `fingerprint` is the SHA-256, in hex, of the certificate's DER or of the SubjectPublicKeyInfo (RFC 5280, 4.1.2.7)
    that belongs to a key, so that the two halves of a pair share it; for a key that cannot be read (encrypted,
    truncated) it is that of the encoded bytes. `key_fingerprint` is that of the SubjectPublicKeyInfo of a certificate's
    key, `public_key` its DER in base64 (of a key: its public half); both are empty where it cannot be read.
    `certificate` is the DER of a certificate in base64, unless it is longer than LONGEST_CERTIFICATE. Times are UTC.
    `container` is the format that it was taken out of ("pkcs12", "jks", "pkcs7", "authenticode", ...), `locked`
    whether no known password opens that. `curve` is the name by which standards know it (P-256, Curve25519).
    `usages` are those of the key usage and extended key usage extensions, by their names in RFC 5280 (keyCertSign,
    serverAuth) or as OIDs; `names` the DNS names, addresses and URIs that a certificate is for. `is_self_signed`: its
    own key verifies its signature. `comment` is what stands beside an SSH key, or the user id of an OpenPGP key.
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
    key_fingerprint: str = ""
    public_key: str = ""
    certificate: str = ""
    curve: str = ""
    container: str = ""
    locked: bool = False
    usages: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    is_ca: bool = False
    is_self_signed: bool = False
    subject_key_id: str = ""
    authority_key_id: str = ""
    comment: str = ""

    @property
    def identity(self) -> tuple[str, str]:
        return (self.kind, self.fingerprint)

    def expired(self, at: datetime) -> bool:
        return self.not_after is not None and self.not_after < at
