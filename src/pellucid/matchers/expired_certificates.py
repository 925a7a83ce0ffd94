"""Certificates that had expired when the image was judged."""

from collections.abc import Iterator

from pellucid.analysis.finding_key import finding_key
from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding, FindingType
from pellucid.domain.severity import Severity

NAME = "expired_certificates"
TYPE = FindingType.CRYPTOGRAPHIC_ASSET


@matcher(name=NAME, version=1)
def expired_certificates(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each certificate whose validity is over, once, with all its places.

    A peer that checks refuses it; a device that still trusts it does not check.
    """
    places: dict[str, list[Evidence]] = {}
    expired: dict[str, CryptoAsset] = {}
    for asset in inventory.crypto_assets:
        if asset.kind is CryptoKind.CERTIFICATE and asset.expired(inventory.at):
            expired.setdefault(asset.fingerprint, asset)
            places.setdefault(asset.fingerprint, []).append(asset.evidence)
    for fingerprint, asset in expired.items():
        assert asset.not_after is not None
        day = asset.not_after.date().isoformat()
        subject = asset.subject or f"serial number {asset.serial}"
        yield Finding(
            key=finding_key(NAME, TYPE, fingerprint),
            class_="cryptography",
            type=TYPE,
            severity=Severity.MEDIUM,
            name="Expired certificate",
            title=f"Certificate {subject} expired on {day}",
            description=f"The certificate of {subject}, issued by {asset.issuer or 'nobody named'}, is not valid "
            f"after {asset.not_after:%Y-%m-%d %H:%M} UTC.",
            evidence=tuple(dict.fromkeys(places[fingerprint])),
            identifiers=(("certificateSha256", fingerprint),),
            recommended_action="Renew the certificate, or remove it when nothing uses it.",
        )
