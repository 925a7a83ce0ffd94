"""Private keys that everybody who has the image has too."""

from collections.abc import Iterator

from pellucid.analysis.finding_key import finding_key
from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding, FindingType
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.known_keys import self_test_keys

NAME = "embedded_private_keys"
TYPE = FindingType.SECRET


@matcher(name=NAME, version=1)
def embedded_private_keys(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each private key in the image, once, with all its places; an encrypted one as less severe.

    It is a secret of the image, not a leaked one: that it was published elsewhere is another finding. Keys with which
    a cryptographic library tests itself protect nothing and are not reported.
    """
    places: dict[str, list[Evidence]] = {}
    keys: dict[str, CryptoAsset] = {}
    for asset in inventory.crypto_assets:
        if asset.kind is CryptoKind.PRIVATE_KEY and asset.fingerprint not in self_test_keys():
            keys.setdefault(asset.fingerprint, asset)
            places.setdefault(asset.fingerprint, []).append(asset.evidence)
    for fingerprint, asset in keys.items():
        size = f" of {asset.key_bits} bits" if asset.key_bits else ""
        state = "encrypted, so that its secrecy is that of a password" if asset.encrypted else "not encrypted"
        yield Finding(
            key=finding_key(NAME, TYPE, fingerprint),
            class_="secret",
            type=TYPE,
            severity=Severity.MEDIUM if asset.encrypted else Severity.HIGH,
            name="Private key in image",
            title=f"Private {asset.algorithm} key{size}{' (encrypted)' if asset.encrypted else ''} in the image",
            description=f"A private {asset.algorithm} key{size} lies in the image, {state}. Whoever gets hold of one "
            "device or of an update has it, and with it the identity of every device that shares it.",
            evidence=tuple(dict.fromkeys(places[fingerprint])),
            identifiers=(("publicKeySha256", fingerprint),),
            recommended_action="Let each device make its own key at first start, and replace this one.",
        )
