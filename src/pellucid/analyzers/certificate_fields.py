"""What a certificate says of itself beyond its names and dates: usages, other names, identifiers of keys (RFC 5280)."""

import warnings
from collections.abc import Iterator
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose

from pellucid.analyzers import key_names
from pellucid.errors import Malformed
from pellucid.formats import spki

MOST_NAMES = 256
LONGEST_NAME = 512
PARSE_ERRORS = (
    *key_names.PARSE_ERRORS,
    AttributeError,  # a key that is not for signatures has nothing to verify them with
    x509.DuplicateExtension,
)
# As RFC 5280, 4.2.1.3 calls them, and the attribute that says so.
KEY_USAGES = {
    "digitalSignature": "digital_signature",
    "nonRepudiation": "content_commitment",
    "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment",
    "keyAgreement": "key_agreement",
    "keyCertSign": "key_cert_sign",
    "cRLSign": "crl_sign",
}
ONLY = {"encipherOnly": "encipher_only", "decipherOnly": "decipher_only"}
# As RFC 5280, 4.2.1.12 calls them.
PURPOSES = {
    Purpose.SERVER_AUTH: "serverAuth",
    Purpose.CLIENT_AUTH: "clientAuth",
    Purpose.CODE_SIGNING: "codeSigning",
    Purpose.EMAIL_PROTECTION: "emailProtection",
    Purpose.TIME_STAMPING: "timeStamping",
    Purpose.OCSP_SIGNING: "OCSPSigning",
    Purpose.ANY_EXTENDED_KEY_USAGE: "anyExtendedKeyUsage",
}


def extensions(certificate: x509.Certificate) -> x509.Extensions:
    """Its extensions; none when one of them cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # serial numbers that are not positive
        try:
            return certificate.extensions
        except PARSE_ERRORS:
            return x509.Extensions([])


def usages(found: x509.Extensions) -> tuple[str, ...]:
    """Of the extensions key usage and extended key usage: names, or object identifiers in dotted form."""
    names = list[str]()
    for extension in found:
        value = extension.value
        if isinstance(value, x509.KeyUsage):
            names += [name for name, attribute in KEY_USAGES.items() if getattr(value, attribute)]
            if value.key_agreement:
                names += [name for name, attribute in ONLY.items() if getattr(value, attribute)]
        elif isinstance(value, x509.ExtendedKeyUsage):
            names += [PURPOSES.get(oid, oid.dotted_string) for oid in value]
    return tuple(dict.fromkeys(names))[:MOST_NAMES]


def other_names(found: x509.Extensions) -> tuple[str, ...]:
    """DNS names, addresses and URIs of the extension subject alternative name."""
    return tuple(dict.fromkeys(_other_names(found)))[:MOST_NAMES]


def _other_names(found: x509.Extensions) -> Iterator[str]:
    for extension in found:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            for name in extension.value:
                if isinstance(name, x509.DNSName | x509.RFC822Name | x509.UniformResourceIdentifier | x509.IPAddress):
                    yield "".join(c if c.isprintable() else "." for c in str(name.value)[:LONGEST_NAME])


def is_ca(found: x509.Extensions) -> bool:
    """Whether it may sign certificates, by the extension basic constraints."""
    return any(isinstance(item.value, x509.BasicConstraints) and item.value.ca for item in found)


def key_ids(found: x509.Extensions) -> tuple[str, str]:
    """(subject key identifier, authority key identifier) in hex, empty where they are not said."""
    subject = authority = ""
    for extension in found:
        if isinstance(extension.value, x509.SubjectKeyIdentifier):
            subject = extension.value.digest.hex()
        elif isinstance(extension.value, x509.AuthorityKeyIdentifier):
            authority = (extension.value.key_identifier or b"").hex()
    return subject, authority


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Whether its own key verifies its signature, by however weak a hash: one verification, of keys of bounded size."""
    try:
        if certificate.subject != certificate.issuer:
            return False
        _verify(certificate.public_key(), certificate)
    except (*PARSE_ERRORS, InvalidSignature):
        return False
    return True


def _verify(key: Any, certificate: x509.Certificate) -> None:
    signature, signed = certificate.signature, certificate.tbs_certificate_bytes
    if isinstance(key, rsa.RSAPublicKey):
        chosen, digest = certificate.signature_algorithm_parameters, certificate.signature_hash_algorithm
        if not isinstance(chosen, padding.PKCS1v15 | padding.PSS) or digest is None:
            raise InvalidSignature
        key.verify(signature, signed, chosen, digest)
    elif isinstance(key, ec.EllipticCurvePublicKey | dsa.DSAPublicKey):
        digest = certificate.signature_hash_algorithm
        if digest is None:
            raise InvalidSignature
        if isinstance(key, dsa.DSAPublicKey):
            key.verify(signature, signed, digest)
        else:
            key.verify(signature, signed, ec.ECDSA(digest))
    else:
        key.verify(signature, signed)


def public_key(certificate: x509.Certificate, encoded: bytes) -> key_names.PublicHalf:
    """Its key; one of an unknown kind has the object identifier as its algorithm."""
    try:
        return key_names.public_half(certificate.public_key())
    except PARSE_ERRORS:
        pass
    try:
        info = spki.of_certificate(encoded)
    except Malformed:
        info = b""
    oid = certificate.public_key_algorithm_oid.dotted_string
    return key_names.read(info) or key_names.PublicHalf(algorithm=oid, bits=0, curve="", encoded=info)
