"""Whether a CMS message was signed by whom it names, and when (RFC 5652, 5.4 to 5.6; RFC 3161; PKCS#9)."""

import hashlib
from datetime import datetime

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from pellucid.analyzers import message_signers
from pellucid.analyzers.key_names import PARSE_ERRORS
from pellucid.errors import Malformed
from pellucid.formats import authenticode, cms, der, time_stamp

COUNTERSIGNATURE = "1.2.840.113549.1.9.6"
PSS = "1.2.840.113549.1.1.10"
MOST_STAMPS = 4
HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),  # noqa: S303 (it is what was used)
    "sha1": hashes.SHA1(),  # noqa: S303 (it is what was used)
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


class _Refuted(Exception):
    """The argument says why."""


class Refuted(msgspec.Struct, frozen=True):
    """A signature that does not hold, and why."""

    reason: str


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One that was proved; `chain` begins with the signer's certificate.

    `at` is when another signer says that he saw it. Whether he, or who made the last certificate, is one to trust is
    not known here.
    """

    chain: tuple[x509.Certificate, ...]
    at: datetime | None


def prove(message: cms.Message, signer: cms.Signer) -> Signature | Refuted:
    """Check all that the message itself allows to check.

    Raises Malformed where it cannot be told, because the algorithm or the certificate is not known.
    """
    try:
        certificate = _verified(message, signer, message.inner)
        chain, sound = message_signers.chain_of(certificate, message)
        at = _time(message, signer)
    except _Refuted as refuted:
        return Refuted(str(refuted))
    if not sound:
        return Refuted("a certificate was not made by the issuer that it names")
    return Signature(chain=chain, at=at)


def _verified(message: cms.Message, signer: cms.Signer, content: bytes) -> x509.Certificate:
    """The certificate whose key signed `content`."""
    found = message_signers.certificate_of(message, signer)
    if found is None:
        raise Malformed("the certificate of the signer is not in the signature")
    algorithm = authenticode.DIGESTS.get(signer.digest)
    if algorithm is None or signer.signature == PSS:
        raise Malformed(f"the algorithm {signer.digest if algorithm is None else signer.signature} is not known")
    if signer.signed:
        stated = dict(cms.attributes(signer.signed)).get(cms.MESSAGE_DIGEST, b"")
        if stated[2:] != _hash(algorithm, content):
            raise _Refuted("what is signed is not what stands in the signature")
    _verify(found[0], signer.value, signer.signed or content, HASHES[algorithm])
    return found[0]


def _verify(certificate: x509.Certificate, value: bytes, signed: bytes, algorithm: hashes.HashAlgorithm) -> None:
    try:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, signed, ec.ECDSA(algorithm))
        else:
            raise Malformed("the key of the signer is of a kind that is not known")
    except InvalidSignature as error:
        raise _Refuted("the key of the signer's certificate did not make the signature") from error
    except PARSE_ERRORS as error:
        raise Malformed("the key of the signer cannot be used") from error


def _time(message: cms.Message, signer: cms.Signer) -> datetime | None:
    """When the signature was made, as somebody else says who signed that."""
    stamps = [item for item in signer.unsigned if item[0] in (authenticode.TIME_STAMP, COUNTERSIGNATURE)]
    for name, value in stamps[:MOST_STAMPS]:
        try:
            if name == authenticode.TIME_STAMP:
                return _token_time(value, signer)
            return _countersigned(value, message, signer)
        except (Malformed, _Refuted):
            continue
    return None


def _token_time(value: bytes, signer: cms.Signer) -> datetime | None:
    token = cms.read(value, der.element(value, 0, longest=cms.LONGEST))
    stamp = time_stamp.read(token.inner)
    algorithm = authenticode.DIGESTS.get(stamp.algorithm)
    if token.content != time_stamp.CONTENT or not algorithm or stamp.digest != _hash(algorithm, signer.value):
        return None
    for witness in token.signers[:1]:
        _verified(token, witness, token.inner)
        return stamp.at
    return None


def _countersigned(value: bytes, message: cms.Message, signer: cms.Signer) -> datetime | None:
    witness = cms.signer(value, der.element(value, 0, longest=cms.LONGEST))
    _verified(message, witness, signer.value)
    stated = dict(cms.attributes(witness.signed)).get(cms.SIGNING_TIME)
    return time_stamp.time(stated) if stated else None


def _hash(algorithm: str, content: bytes) -> bytes:
    return hashlib.new(algorithm, content, usedforsecurity=False).digest()
