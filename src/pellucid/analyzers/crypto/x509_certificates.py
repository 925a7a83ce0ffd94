"""X.509 certificates, in PEM and in DER, wherever they lie."""

from collections.abc import Iterator
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import certificates
from pellucid.analyzers.key_names import describe
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind


@analyzer(name="x509_certificates", version=1, stage=Stage.CRYPTO, wants=contains(*certificates.LITERALS))
def x509_certificates(artefact: Artefact) -> Iterator[Fact]:
    """Find X.509 certificates: single ones, bundles, and those inside programs and unknown data.

    A certificate counts when it parses as a whole (RFC 5280). Names are as RFC 4514 writes them. Certificates with
    what the standard forbids but firmware has (version 1, serial numbers that are not positive) are found too.
    """
    for found in certificates.find(artefact):
        certificate = found.certificate
        subject, issuer = _name(certificate.subject), _name(certificate.issuer)
        try:
            algorithm, bits = describe(certificate.public_key())
        except (ValueError, UnsupportedAlgorithm):
            algorithm, bits = certificate.public_key_algorithm_oid.dotted_string, 0
        yield CryptoAsset(
            kind=CryptoKind.CERTIFICATE,
            algorithm=algorithm,
            key_bits=bits,
            fingerprint=sha256(found.der).hexdigest(),
            encoding=found.encoding,
            subject=subject,
            issuer=issuer,
            serial=certificates.serial_of(certificate),
            signature_algorithm=_signature(certificate),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            evidence=artefact.evidence(found.start, f"certificate {subject}"),
        )


def _name(name: x509.Name) -> str:
    try:
        return name.rfc4514_string()[:1024]
    except ValueError:
        return ""


def _signature(certificate: x509.Certificate) -> str:
    oid = certificate.signature_algorithm_oid
    known = getattr(oid, "_name", "")
    return known if known and known != "Unknown OID" else oid.dotted_string
