"""What lies in key stores, and the stores themselves, as crypto assets."""

from hashlib import sha256

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import key_assets, key_names
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding


def private_key(
    artefact: Artefact,
    container: str,
    start: int,
    *,
    alias: str,
    public: key_names.PublicHalf | None,
    encoded: bytes,
    locked: bool,
) -> CryptoAsset:
    """A key in the store at `start`, with its `public` half if that is known; `encoded` is the key as it stands."""
    return CryptoAsset(
        kind=CryptoKind.PRIVATE_KEY,
        encoding=Encoding.KEYSTORE,
        encrypted=locked,
        locked=locked,
        container=container,
        comment=alias,
        evidence=artefact.evidence(start, f"private key {alias}".strip()),
        **(public.fields if public else key_assets.unread("PKCS#8", encoded)),
    )


def locked_store(artefact: Artefact, algorithm: str, container: str, start: int, end: int) -> CryptoAsset:
    """A store that no known password opens, known by its bytes."""
    return CryptoAsset(
        kind=CryptoKind.KEYSTORE,
        algorithm=algorithm,
        fingerprint=sha256(artefact.data[start:end]).hexdigest(),
        encoding=Encoding.KEYSTORE,
        container=container,
        encrypted=True,
        locked=True,
        evidence=artefact.evidence(start, f"{algorithm} store"),
    )
