"""Certificates as crypto assets, from wherever they were read."""

from hashlib import sha256

from cryptography import x509

from pellucid.analyzers import certificate_fields, certificates
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.evidence import Evidence

LONGEST_NAME = 1024


def shown(certificate: x509.Certificate) -> str:
    """What evidence says of it."""
    return f"certificate {_name(certificate.subject)}"


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


def _name(name: x509.Name) -> str:
    try:
        return name.rfc4514_string()[:LONGEST_NAME]
    except ValueError:
        return ""


def _signature(certificate: x509.Certificate) -> str:
    oid = certificate.signature_algorithm_oid
    known = getattr(oid, "_name", "")
    return known if known and known != "Unknown OID" else oid.dotted_string
