"""Private keys that everybody who has the image has too."""

from collections.abc import Iterator, Sequence

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.domain.finding import Finding
from pellucid.domain.key_elsewhere import KeyElsewhere
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.subjects import Subject, certificates, subjects

NAME = "embedded_private_keys"
NOWHERE = KeyElsewhere()


@matcher(name=NAME, version=3)
def embedded_private_keys(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each private key in the image, once, with all its places; an encrypted one as less severe.

    The certificate that it belongs to is named when it is in the image too. Keys with which a cryptographic library
    tests itself protect nothing and are not reported, unless they are files of their own. Where the results of other
    images are known, one that other products have, too, is more severe.
    """
    owners: dict[str, Subject] = {}
    for certificate in certificates(inventory.crypto_assets):
        if certificate.key:
            owners.setdefault(certificate.key, certificate)
    found = [item for item in subjects(inventory.crypto_assets, CryptoKind.PRIVATE_KEY) if not item.is_self_test]
    holders = inventory.key_holders
    elsewhere = holders.elsewhere([item.asset.fingerprint for item in found]) if holders else {}
    for subject in found:
        asset, others = subject.asset, elsewhere.get(subject.asset.fingerprint, NOWHERE)
        owner = owners.get(asset.fingerprint)
        size = f" of {asset.key_bits} bits" if asset.key_bits else ""
        whose = f" of certificate {owner.called}" if owner else ""
        yield finding_about(
            subject,
            NAME,
            class_id="crypto/key/private-key-in-image",
            severity=_severity(asset, others),
            name="Private key in image",
            title=f"Private {asset.algorithm} key{size}{' (encrypted)' if asset.encrypted else ''}{whose} in the image",
            description=f"A private {asset.algorithm} key{size} lies in the image, {_state(asset)}. Whoever gets hold "
            "of one device or of an update has it, and with it the identity of every device that shares it."
            + _belongs(owner)
            + _shared(others),
            action="Let each device make its own key at first start, and replace this one."
            + (" Have the certificate revoked." if owner and not owner.asset.is_self_signed else ""),
            identifiers=(
                *((("certificateSha256", owner.asset.fingerprint),) if owner else ()),
                *((("otherProducts", str(others.products)),) if others.products else ()),
                *((("otherImages", str(others.images)),) if others.images else ()),
            ),
        )


def _severity(asset: CryptoAsset, others: KeyElsewhere) -> Severity:
    if others.products:
        return Severity.HIGH if asset.encrypted else Severity.CRITICAL
    return Severity.MEDIUM if asset.encrypted else Severity.HIGH


def _shared(others: KeyElsewhere) -> str:
    """In how many other images it lies, too; empty where it is not known to lie anywhere else."""
    places = [f"in {_counted(others.images, 'other image')} of this product"] if others.images else []
    places += [f"in images of {_counted(others.products, 'other product')}"] if others.products else []
    if not places:
        return ""
    follows = ": who has one of these products has the key of all" if others.products else ""
    return f" The same key lies {' and '.join(places)}{follows}."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _state(asset: CryptoAsset) -> str:
    if asset.encrypted:
        return "encrypted, so that its secrecy is that of a password"
    return f"in a store ({asset.container}) that a well-known password opens" if asset.container else "not encrypted"


def _belongs(owner: Subject | None) -> str:
    if owner is None:
        return ""
    return f" It is the key of the certificate of {owner.called}, which is in the image too: {_listed(owner)}."


def _listed(owner: Subject, most: int = 3) -> str:
    places: Sequence[str] = list(dict.fromkeys(place.artefact for place in owner.places))
    return ", ".join(places[:most]) + (f" and {len(places) - most} more places" if len(places) > most else "")
