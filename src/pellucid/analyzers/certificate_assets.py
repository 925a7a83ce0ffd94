"""Certificates as crypto assets, from wherever they were read."""

import tomllib
from base64 import b64encode
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Required, TypedDict

from cryptography import x509

from pellucid.analyzers import certificate_fields, certificates
from pellucid.domain.crypto_asset import LONGEST_CERTIFICATE, CryptoAsset, CryptoKind, Encoding
from pellucid.domain.evidence import Evidence
from pellucid.errors import Malformed
from pellucid.formats import x500_name

LONGEST_NAME = 1024
RSASSA_PSS = "1.2.840.113549.1.1.10"


class By(TypedDict, total=False):
    """The fields of a CryptoAsset that say who signed it."""

    algorithm: Required[str]
    key_bits: int
    curve: str
    key_fingerprint: str
    subject: str
    issuer: str
    serial: str
    signature_algorithm: str
    authority_key_id: str


def shown(certificate: x509.Certificate) -> str:
    """What evidence says of it."""
    return f"certificate {subject_of(certificate)}"


def asset(
    certificate: x509.Certificate, encoded: bytes, encoding: Encoding, evidence: Evidence, container: str = ""
) -> CryptoAsset:
    """The asset that a certificate is; `encoded` is its DER."""
    extensions = certificate_fields.extensions(certificate)
    key = certificate_fields.public_key(certificate, encoded)
    subject_key_id, authority_key_id = certificate_fields.key_ids(extensions)
    return CryptoAsset(
        kind=CryptoKind.CERTIFICATE,
        algorithm=key.algorithm,
        key_bits=key.bits,
        curve=key.curve,
        key_fingerprint=key.fingerprint if key.encoded else "",
        public_key=key.base64,
        certificate=b64encode(encoded).decode() if len(encoded) <= LONGEST_CERTIFICATE else "",
        fingerprint=sha256(encoded).hexdigest(),
        encoding=encoding,
        container=container,
        subject=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        serial=certificates.serial_of(certificate),
        signature_algorithm=_signature(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        usages=certificate_fields.usages(extensions),
        names=certificate_fields.other_names(extensions),
        is_ca=certificate_fields.is_ca(extensions),
        is_self_signed=certificate_fields.is_self_signed(certificate),
        subject_key_id=subject_key_id,
        authority_key_id=authority_key_id,
        evidence=evidence,
    )


def subject_of(certificate: x509.Certificate) -> str:
    """As RFC 4514 writes it, attributes by the names that OpenSSL gives them; empty when it cannot be written."""
    return _name(certificate.subject)


def name_of(encoded: bytes) -> str:
    """A Name in DER as `subject_of` writes it; empty when it cannot be read."""
    try:
        relative = [
            x509.RelativeDistinguishedName(
                [x509.NameAttribute(x509.ObjectIdentifier(oid), text) for oid, text in pairs]
            )
            for pairs in x500_name.attributes(encoded)
        ]
        return _name(x509.Name(relative))
    except (Malformed, ValueError, TypeError):
        return ""


def oid_name(dotted: str) -> str:
    """How an algorithm is called whose object identifier this is; itself when that is unknown."""
    try:
        known = getattr(x509.ObjectIdentifier(dotted), "_name", "")
    except ValueError:
        return dotted
    return known if known and known != "Unknown OID" else dotted


def _signature(certificate: x509.Certificate) -> str:
    """Its algorithm by its name; of RSASSA-PSS the identifier does not say the hash, but the parameters do."""
    dotted = certificate.signature_algorithm_oid.dotted_string
    if dotted == RSASSA_PSS:
        with suppress(*certificate_fields.PARSE_ERRORS):
            if digest := certificate.signature_hash_algorithm:
                return with_pss(digest.name)
    return oid_name(dotted)


def with_pss(digest: str) -> str:
    """How RSASSA-PSS over a hash is called, like its relatives of PKCS #1 ("sha256WithRSAEncryption")."""
    return f"{digest}WithRSASSAPSS"


@cache
def _attribute_names() -> dict[x509.ObjectIdentifier, str]:
    text = Path(__file__).with_name("attribute_names.toml").read_text(encoding="utf-8")
    return {x509.ObjectIdentifier(dotted): name for dotted, name in tomllib.loads(text).items()}


def _name(name: x509.Name) -> str:
    try:
        return name.rfc4514_string(_attribute_names())[:LONGEST_NAME]
    except ValueError:
        return ""
