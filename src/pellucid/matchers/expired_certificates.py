"""Certificates that had expired when the image was judged."""

from collections.abc import Iterator

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.subjects import certificates

NAME = "expired_certificates"


@matcher(name=NAME, version=2)
def expired_certificates(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each certificate whose validity is over, once, with all its places.

    A peer that checks refuses it; a device that still trusts it does not check. An anchor in a trust store that is out
    of date does less harm than a certificate of the device itself, and so does the certificate of a signer: what it has
    signed before stays signed when the time of the signature is known.
    """
    for subject in certificates(inventory.crypto_assets):
        end = subject.asset.not_after
        if end is None or not subject.asset.expired(inventory.at):
            continue
        yield finding_about(
            subject,
            NAME,
            class_id="crypto/certificate/expired",
            severity=Severity.LOW if subject.is_anchor or subject.is_of_signature else Severity.MEDIUM,
            name="Expired certificate",
            title=f"Certificate {subject.called} expired on {end.date().isoformat()}",
            description=f"The certificate of {subject.called}, issued by {subject.asset.issuer or 'nobody named'}, is "
            f"not valid after {end:%Y-%m-%d %H:%M} UTC.",
            action="Renew the certificate, or remove it when nothing uses it.",
        )
