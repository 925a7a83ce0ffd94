"""X.509 certificates, in PEM and in DER, wherever they lie."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import certificate_assets, certificates, key_stores, signed_messages
from pellucid.domain.crypto_asset import Encoding


@analyzer(
    name="x509_certificates",
    version=7,
    stage=Stage.CRYPTO,
    wants=contains(*certificates.LITERALS, *signed_messages.LITERALS),
)
def x509_certificates(artefact: Artefact) -> Iterator[Fact]:
    """Find X.509 certificates: single ones, bundles, and those inside programs and unknown data.

    A certificate counts when it parses as a whole (RFC 5280). Names are as RFC 4514 writes them. Certificates with
    what the standard forbids but firmware has (version 1, serial numbers that are not positive) are found too. It is
    self-signed when its own key verifies its signature, not when it only names itself as issuer.
    """
    for found in certificates.find(artefact):
        evidence = artefact.evidence(found.start, certificate_assets.shown(found.certificate))
        store = key_stores.around(artefact, found.start)
        container = store or signed_messages.around(artefact, found.start)
        encoding = Encoding.KEYSTORE if store else found.encoding
        yield certificate_assets.asset(found.certificate, found.der, encoding, evidence, container)
