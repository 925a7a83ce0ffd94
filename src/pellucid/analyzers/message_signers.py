"""The certificates of who signed a CMS message, as far as the message carries them (RFC 5652, 5.3)."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from pellucid.analyzers import certificate_fields, certificates
from pellucid.formats import cms

LONGEST_CHAIN = 10
MOST_ISSUERS = 64


def certificate_of(message: cms.Message, signer: cms.Signer) -> tuple[x509.Certificate, bytes] | None:
    """That of the signer, when the message carries it."""
    for encoded in message.certificates:
        certificate = certificates.load(encoded)
        if certificate is None:
            continue
        key_id, _ = certificate_fields.key_ids(certificate_fields.extensions(certificate))
        by_name = certificate.issuer.public_bytes() == signer.issuer
        if (by_name and int(certificates.serial_of(certificate), 16) == signer.serial) or (
            signer.key_id and key_id == signer.key_id.hex()
        ):
            return certificate, encoded
    return None


def chain_of(certificate: x509.Certificate, message: cms.Message) -> tuple[tuple[x509.Certificate, ...], bool]:
    """The certificate and its issuers, as far as the message has them, and whether they made each other.

    They did not when the key that a certificate names as that of its issuer did not sign it.
    """
    others = [item for encoded in message.certificates[:MOST_ISSUERS] if (item := certificates.load(encoded))]
    chain, sound = [certificate], True
    while len(chain) < LONGEST_CHAIN and chain[-1].subject != chain[-1].issuer:
        issuer, sound = _issuer(chain[-1], others)
        if issuer is None:
            break
        chain.append(issuer)
    return tuple(chain), sound


def _issuer(certificate: x509.Certificate, others: Sequence[x509.Certificate]) -> tuple[x509.Certificate | None, bool]:
    """None when it is not there, and False when the one that is named did not sign the certificate."""
    sound = True
    _, wanted = certificate_fields.key_ids(certificate_fields.extensions(certificate))
    for other in others:
        if other.subject != certificate.issuer:
            continue
        try:
            certificate.verify_directly_issued_by(other)
        except InvalidSignature:
            own, _ = certificate_fields.key_ids(certificate_fields.extensions(other))
            sound = sound and not (wanted and own == wanted)
        except certificate_fields.PARSE_ERRORS:
            continue
        else:
            return other, True
    return None, sound
