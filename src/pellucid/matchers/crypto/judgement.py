"""How a finding about a key or a certificate is made."""

from pellucid.analysis.finding_key import finding_key
from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.finding import Finding, FindingSubtype, FindingType
from pellucid.domain.severity import Severity
from pellucid.matchers.classes import classes
from pellucid.matchers.crypto.subjects import Subject

TYPE = FindingType.CRYPTOGRAPHIC_ASSET


def finding_about(
    subject: Subject,
    matcher: str,
    *,
    class_id: str,
    severity: Severity,
    name: str,
    title: str,
    description: str,
    action: str,
    about: str = "",
    identifiers: tuple[tuple[str, str], ...] = (),
    references: tuple[str, ...] = (),
) -> Finding:
    """One for each asset and matcher: it stays the same finding as long as the asset, or the key `about`, does."""
    asset, of = subject.asset, classes()[class_id]
    is_certificate = asset.kind is CryptoKind.CERTIFICATE
    own = [("certificateSha256", asset.fingerprint)] if is_certificate else []
    own += [("publicKeySha256", subject.key)] if subject.key else []
    return Finding(
        key=finding_key(matcher, TYPE, about or asset.fingerprint),
        class_=class_id,
        type=TYPE,
        subtype=FindingSubtype.CERTIFICATE if is_certificate else FindingSubtype.KEY,
        severity=severity,
        name=name,
        title=title,
        description=description,
        evidence=subject.places,
        identifiers=(*own, *identifiers),
        recommended_action=action,
        references=references or of.references,
        impact=of.impact,
        weaknesses=of.weaknesses,
    )
