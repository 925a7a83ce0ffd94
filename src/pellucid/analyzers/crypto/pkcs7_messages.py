"""PKCS#7 and CMS messages: signatures of programs, drivers, kernel modules and mails, bundles of certificates."""

from collections.abc import Iterator
from hashlib import sha256

from cryptography import x509

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import certificate_assets, certificate_fields, message_signers, signed_messages
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.formats import cms

RSA = "1.2.840.113549.1.1.1"


@analyzer(name="pkcs7_messages", version=5, stage=Stage.CRYPTO, wants=contains(*signed_messages.LITERALS))
def pkcs7_messages(artefact: Artefact) -> Iterator[Fact]:
    """Find signed and enveloped messages, in PEM and in DER or BER: one asset each, with its first signer.

    Those that are attached to another one (a time stamp, a second signature of a program) follow it. Certificates in a
    message are found by the unit for certificates. What is signed tells Authenticode (programs of Windows and of UEFI)
    and catalogues. UEFI signs variables and updates with signed data that is bare: nothing says what it is.
    """
    for found in signed_messages.find(artefact):
        yield _asset(artefact, found, " of UEFI" if found.of_uefi else ", bare" if found.bare else "")
        for attached in signed_messages.inside(found):
            stamp = attached.container == "timestamp"
            yield _asset(artefact, attached, ", time stamp of a signature" if stamp else ", attached to a signature")


def _asset(artefact: Artefact, found: signed_messages.Found, more: str) -> CryptoAsset:
    message = found.message
    signer = message.signers[0] if message.signers else None
    certificate = message_signers.certificate_of(message, signer) if signer else None
    number = f", {len(message.signers)} signers" if len(message.signers) != 1 else ""
    seen = f"{cms.KINDS[message.kind]}{number if message.kind == cms.SIGNED else ''}{more}"
    return CryptoAsset(
        kind=CryptoKind.PKCS7,
        fingerprint=sha256(found.encoded).hexdigest(),
        encoding=found.encoding,
        container=found.container if found.container != "pkcs7" else "",
        evidence=artefact.evidence(found.start, f"PKCS#7 {seen}"),
        **_signed_by(signer, certificate),
    )


def _signed_by(signer: cms.Signer | None, certificate: tuple[x509.Certificate, bytes] | None) -> certificate_assets.By:
    """What is known of the key that signed; the issuer and serial number are those of its certificate."""
    if signer is None:
        return {"algorithm": "PKCS#7"}
    said: certificate_assets.By = {
        "algorithm": "PKCS#7",
        "signature_algorithm": _signature(signer),
        "issuer": certificate_assets.name_of(signer.issuer),
        "serial": f"{signer.serial:x}" if signer.issuer else "",
        "authority_key_id": signer.key_id.hex(),
    }
    if certificate:
        key = certificate_fields.public_key(*certificate)
        said |= {
            "algorithm": key.algorithm,
            "key_bits": key.bits,
            "curve": key.curve,
            "key_fingerprint": key.fingerprint,
            "subject": certificate_assets.subject_of(certificate[0]),
        }
    return said


def _signature(signer: cms.Signer) -> str:
    """As a certificate names it: PKCS#7 says the digest apart where RSA is said."""
    digest = certificate_assets.oid_name(signer.digest)
    if signer.signature == certificate_assets.RSASSA_PSS:
        return certificate_assets.with_pss(digest)
    return f"{digest}WithRSAEncryption" if signer.signature == RSA else certificate_assets.oid_name(signer.signature)
