"""Keys of signify, usign and minisign: what OpenBSD, OpenWrt and others sign packages and updates with."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import ed25519

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.key_assets import unread
from pellucid.analyzers.key_names import PublicHalf, public_half
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.errors import Malformed
from pellucid.formats import signify

MOST_CANDIDATES = 10_000
LONGEST_COMMENT = 256


@analyzer(name="signify_keys", version=1, stage=Stage.CRYPTO, wants=contains(signify.BEGIN))
def signify_keys(artefact: Artefact) -> Iterator[Fact]:
    """Find public and secret keys of signify, usign and minisign, with the comment that stands in front.

    The number of a key, by which OpenWrt names its files in /etc/opkg/keys, is its subject_key_id. Signatures look
    alike and are no keys.
    """
    for offset in artefact.offsets(signify.BEGIN)[:MOST_CANDIDATES]:
        try:
            key = signify.read(artefact.data, offset)
        except Malformed:
            continue
        public = _half(key)
        yield CryptoAsset(
            kind=CryptoKind.PRIVATE_KEY if key.secret else CryptoKind.PUBLIC_KEY,
            encoding=Encoding.SIGNIFY,
            encrypted=key.encrypted,
            subject_key_id=key.key_id.hex(),
            comment="".join(c if c.isprintable() else "." for c in key.comment)[:LONGEST_COMMENT],
            evidence=artefact.evidence(offset, f"signify {'secret' if key.secret else 'public'} key"),
            **(public.fields if public else unread("Ed25519", key.encoded)),
        )


def _half(key: signify.Key) -> PublicHalf | None:
    return public_half(ed25519.Ed25519PublicKey.from_public_bytes(key.public)) if key.public else None
