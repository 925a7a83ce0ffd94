"""Certificates that expire soon after the image was judged."""

from collections.abc import Iterator

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.subjects import certificates

NAME = "expiring_certificates"


@matcher(name=NAME, version=1)
def expiring_certificates(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each certificate that is valid now and will not be before the notice is over (`certificate_notice`).

    Updates reach devices slowly: what ends within the notice has to be renewed by the next one. Certificates of signers
    are not reported: what they have signed stays signed.
    """
    for subject in certificates(inventory.crypto_assets):
        end = subject.asset.not_after
        if end is None or subject.is_of_signature:
            continue
        left = end - inventory.at
        if not 0 <= left.total_seconds() < inventory.certificate_notice:
            continue
        days = f"{left.days} day" if left.days == 1 else f"{left.days} days"
        yield finding_about(
            subject,
            NAME,
            class_id="crypto/certificate/expires-soon",
            severity=Severity.LOW,
            name="Certificate expires soon",
            title=f"Certificate {subject.called} expires on {end.date().isoformat()}",
            description=f"The certificate of {subject.called}, issued by {subject.asset.issuer or 'nobody named'}, is "
            f"not valid after {end:%Y-%m-%d %H:%M} UTC, {days} after it was judged.",
            action="Renew the certificate with the next update.",
        )
