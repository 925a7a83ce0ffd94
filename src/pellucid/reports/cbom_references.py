"""References of a cryptographic bill: they follow from what a thing is."""

import msgspec

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.domain.crypto_use import CryptoUse
from pellucid.domain.evidence import Evidence
from pellucid.reports.cbom_algorithms import Named
from pellucid.reports.text import plain


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate, key, message or store, once, with every place; none for the key of a certificate alone."""

    asset: CryptoAsset
    places: tuple[Evidence, ...]


def algorithm_ref(named: Named) -> str:
    """Such as crypto:algorithm:AES-128-CBC."""
    return plain(f"crypto:algorithm:{named.label}")


def protocol_ref(use: CryptoUse) -> str:
    """Such as crypto:protocol:TLS-1.2."""
    return plain("crypto:protocol:" + "-".join(part for part in (use.protocol, use.parameters) if part))


def material_ref(kind: CryptoKind, fingerprint: str) -> str:
    """Such as crypto:certificate:SHA256."""
    return plain(f"crypto:{kind}:{fingerprint}")


def key_of(certificate: CryptoAsset) -> CryptoAsset:
    """The public key in a certificate."""
    return CryptoAsset(
        kind=CryptoKind.PUBLIC_KEY,
        algorithm=certificate.algorithm,
        fingerprint=certificate.key_fingerprint,
        encoding=certificate.encoding,
        evidence=certificate.evidence,
        key_bits=certificate.key_bits,
        public_key=certificate.public_key,
        curve=certificate.curve,
    )
