"""Certificates that were not valid yet when the image was judged."""

from collections.abc import Iterator

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.subjects import certificates

NAME = "premature_certificates"


@matcher(name=NAME, version=1)
def premature_certificates(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each certificate whose validity begins later, or ends before it begins: no peer that checks takes it."""
    for subject in certificates(inventory.crypto_assets):
        begin, end = subject.asset.not_before, subject.asset.not_after
        if begin is None:
            continue
        never = end is not None and end < begin
        if not never and begin <= inventory.at:
            continue
        reason = "its validity ends before it begins" if never else f"it is not valid before {begin:%Y-%m-%d %H:%M} UTC"
        yield finding_about(
            subject,
            NAME,
            class_id="crypto/certificate/not-yet-valid",
            severity=Severity.LOW,
            name="Certificate is never valid" if never else "Certificate is not valid yet",
            title=f"Certificate {subject.called} is "
            + ("never valid" if never else f"not valid before {begin.date().isoformat()}"),
            description=f"The certificate of {subject.called}, issued by {subject.asset.issuer or 'nobody named'}: "
            f"{reason}. Often the clock was wrong where it was made.",
            action="Issue the certificate again, with a clock that is right.",
        )
