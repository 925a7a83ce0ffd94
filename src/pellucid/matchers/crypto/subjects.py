"""What is judged: each key and certificate once, with all its places, and whether it is an anchor of a trust store."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.evidence import Evidence
from pellucid.matchers.crypto.known_keys import self_test_keys

# A device has a few certificates of its own; the smallest trust stores that are shipped have more anchors than this.
FEWEST_ANCHORS = 10
SIGNATURES = frozenset({"authenticode", "catalogue", "timestamp", "uefi", "pkcs7"})
LONGEST_COMMENT = 100
_SHOWN_BY = (CryptoKind.CERTIFICATE, CryptoKind.PRIVATE_KEY, CryptoKind.PUBLIC_KEY)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A key or certificate, and where it lies. `is_anchor`: it is one of the many that a trust store consists of.

    `is_of_signature`: it lies nowhere but in signatures of programs and the like, which stay good when they were made,
    and stamped, while it was valid.
    """

    asset: CryptoAsset
    places: tuple[Evidence, ...]
    is_anchor: bool = False
    is_of_signature: bool = False

    @property
    def called(self) -> str:
        """How a sentence names a certificate."""
        return self.asset.subject or f"serial number {self.asset.serial}"

    @property
    def owner(self) -> str:
        """Whose key it is, as far as that is known."""
        if self.asset.kind is CryptoKind.CERTIFICATE:
            return f"certificate {self.called}"
        place = self.places[0].artefact or "the image"
        return f"{self.asset.comment[:LONGEST_COMMENT]} in {place}" if self.asset.comment else place

    @property
    def is_built_in(self) -> bool:
        """Whether it is nowhere a file of its own, but only part of a program or of other data."""
        return self.asset.encoding is Encoding.DER and all(place.offset > 0 for place in self.places)

    @property
    def is_self_test(self) -> bool:
        """Whether a library carries it to test itself. One that is a file of its own is in use, and published."""
        return self.key in self_test_keys() and all(place.offset > 0 for place in self.places)

    @property
    def is_of_others(self) -> bool:
        """Only an authority, or somebody whose key lies in a keyring, can change it; one can just trust it less."""
        in_keyring = self.asset.kind is CryptoKind.PUBLIC_KEY and self.asset.encoding is Encoding.OPENPGP
        return self.is_anchor or in_keyring

    @property
    def key(self) -> str:
        """The fingerprint of its SubjectPublicKeyInfo; empty where that is not known."""
        return self.asset.key_fingerprint if self.asset.kind is CryptoKind.CERTIFICATE else self.asset.fingerprint


def subjects(assets: Sequence[CryptoAsset], *kinds: CryptoKind) -> list[Subject]:
    """Those of the given kinds, in the order in which they are first seen."""
    wanted = [asset for asset in assets if asset.kind in kinds]
    anchors = anchors_of(assets) if CryptoKind.CERTIFICATE in kinds else frozenset()
    first: dict[tuple[str, str], CryptoAsset] = {}
    places: dict[tuple[str, str], dict[Evidence, None]] = defaultdict(dict)
    elsewhere: set[tuple[str, str]] = set()
    for asset in wanted:
        first.setdefault(asset.identity, asset)
        places[asset.identity][asset.evidence] = None
        if asset.container not in SIGNATURES:
            elsewhere.add(asset.identity)
    return [
        Subject(
            asset=asset,
            places=tuple(places[identity]),
            is_anchor=asset.kind is CryptoKind.CERTIFICATE and asset.fingerprint in anchors,
            is_of_signature=identity not in elsewhere,
        )
        for identity, asset in first.items()
    ]


def certificates(assets: Sequence[CryptoAsset]) -> list[Subject]:
    """All of them, each once, without those that libraries test themselves with."""
    return [subject for subject in subjects(assets, CryptoKind.CERTIFICATE) if not subject.is_self_test]


def keys(assets: Sequence[CryptoAsset]) -> list[Subject]:
    """Each key once, whatever shows it: a certificate, or the private or the public key, with the places of all.

    It is an anchor's when nothing but anchors has it. Without those that libraries test themselves with.
    """
    shown: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects(assets, CryptoKind.CERTIFICATE, CryptoKind.PRIVATE_KEY, CryptoKind.PUBLIC_KEY):
        if not subject.is_self_test:
            shown[subject.key or subject.asset.fingerprint].append(subject)
    return [_together(same) for same in shown.values()]


def _together(same: list[Subject]) -> Subject:
    first = min(same, key=lambda subject: _SHOWN_BY.index(subject.asset.kind))
    places = dict.fromkeys(place for subject in same for place in subject.places)
    certificates = [subject for subject in same if subject.asset.kind is CryptoKind.CERTIFICATE]
    is_anchor = len(certificates) == len(same) and all(subject.is_anchor for subject in certificates)
    return Subject(asset=first.asset, places=tuple(places), is_anchor=is_anchor)


def anchors_of(assets: Iterable[CryptoAsset]) -> frozenset[str]:
    """Fingerprints of certificates that lie in a trust store: a bundle, a program or a folder of many anchors.

    A store is told by its content: ten or more different self-signed certificates, and these at least half of what is
    there. Of a folder only those files count that hold one certificate, which may issue others: a device's own
    certificate often lies beside them.
    """
    artefacts: dict[str, dict[str, CryptoAsset]] = defaultdict(dict)
    for asset in assets:
        if asset.kind is CryptoKind.CERTIFICATE:
            artefacts[asset.evidence.artefact][asset.fingerprint] = asset
    folders: dict[str, dict[str, CryptoAsset]] = defaultdict(dict)
    for path, held in artefacts.items():
        folders[path.rpartition("/")[0]] |= {
            key: asset for key, asset in held.items() if len(held) == 1 and asset.is_ca
        }
    stores = [held for held in (*artefacts.values(), *folders.values()) if _is_trust_store(held)]
    return frozenset(fingerprint for store in stores for fingerprint in store)


def _is_trust_store(held: dict[str, CryptoAsset]) -> bool:
    self_signed = sum(asset.is_self_signed for asset in held.values())
    return self_signed >= FEWEST_ANCHORS and 2 * self_signed >= len(held)
