"""Certificates whose signature can be forged: MD2, MD4, MD5 (RFC 6151) and SHA-1 (RFC 6194, SP 800-131A)."""

import re
from collections.abc import Iterator

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.subjects import certificates

NAME = "weak_signatures"
HASH = re.compile(r"md-?[245](?!\d)|sha-?1(?!\d)", re.IGNORECASE)
# Names that libraries do not have for every identifier (RFC 3279, OIW).
OIDS = {
    "1.2.840.113549.1.1.2": "MD2",
    "1.2.840.113549.1.1.3": "MD4",
    "1.2.840.113549.1.1.4": "MD5",
    "1.2.840.113549.1.1.5": "SHA-1",
    "1.2.840.10040.4.3": "SHA-1",
    "1.2.840.10045.4.1": "SHA-1",
    "1.3.14.3.2.3": "MD5",
    "1.3.14.3.2.27": "SHA-1",
    "1.3.14.3.2.29": "SHA-1",
}
SPELT = {"MD2": "MD2", "MD4": "MD4", "MD5": "MD5", "SHA1": "SHA-1"}


@matcher(name=NAME, version=1)
def weak_signatures(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each certificate that is signed over MD5, its older relatives or SHA-1.

    Nobody checks the signature of an anchor, so that those are not reported. That of another self-signed certificate
    protects nothing either, but peers refuse it for its algorithm: it counts less. So does that of a signer's
    certificate, which is as old as what it has signed.
    """
    for subject in certificates(inventory.crypto_assets):
        asset, weak = subject.asset, weakness_of(subject.asset.signature_algorithm)
        if not weak or subject.is_anchor or (asset.is_self_signed and asset.is_ca):
            continue
        severity = Severity.MEDIUM if weak == "SHA-1" else Severity.HIGH
        cost = "is known to be feasible" if weak == "SHA-1" else "takes seconds"
        yield finding_about(
            subject,
            NAME,
            class_id="crypto/certificate/weak-signature",
            severity=Severity.LOW if asset.is_self_signed or subject.is_of_signature else severity,
            name="Weak signature of a certificate",
            title=f"Certificate {subject.called} is signed with {weak}",
            description=f"The signature of the certificate of {subject.called}, issued by "
            f"{asset.issuer or 'nobody named'}, is {asset.signature_algorithm}. Finding two certificates with one "
            f"{weak} value {cost}, so that the signature of one can be made to stand under another.",
            action="Issue the certificate again with SHA-256 or better.",
        )


def weakness_of(signature_algorithm: str) -> str:
    """The hash in the name or identifier of a signature algorithm when it is a broken one; else empty."""
    if known := OIDS.get(signature_algorithm):
        return known
    found = HASH.search(signature_algorithm)
    return SPELT[found[0].upper().replace("-", "")] if found else ""
