"""Key stores of BouncyCastle, opened with passwords that everybody knows, in bounded time."""

from collections.abc import Iterator
from contextlib import suppress

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import certificate_fields, certificates, key_assets, key_stores, store_assets
from pellucid.analyzers.store_opening import Effort
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.errors import Malformed
from pellucid.formats import bouncy_keystore, password_based


def assets(artefact: Artefact, store: bouncy_keystore.Store, effort: Effort) -> Iterator[CryptoAsset]:
    """Its private keys, and the store itself when it stays locked. Raises Unsupported when it costs too much."""
    opened, locked = False, store.format == "uber"
    for password in () if locked else key_stores.passwords():
        effort.spend(store.rounds, store.end - store.content)
        if opened := bouncy_keystore.fits(store, artefact.data, password):
            break
    for entry in store.entries:
        if entry.sealed:
            plain = _opened(entry.sealed, effort)
            locked |= plain is None
            # Every private key has a chain: what is sealed without one is a secret key.
            if plain or (plain is None and entry.chain):
                yield _key(artefact, store, entry, plain)
    if locked and not opened:
        yield store_assets.locked_store(artefact, store.format.upper(), store.format, store.start, store.end)


def _opened(sealed: bytes, effort: Effort) -> bytes | None:
    """The PKCS#8 of a key, which has a password of its own; empty when it is no private one, None when it is locked."""
    try:
        scheme, encrypted = bouncy_keystore.sealing(sealed)
    except Malformed:
        return None
    for password in key_stores.passwords():
        # Two blocks of a key are derived, and the initial value.
        effort.spend(3 * scheme.rounds)
        with suppress(Malformed):
            return bouncy_keystore.unsealed(password_based.decrypt(scheme, password or None, encrypted))
    return None


def _key(
    artefact: Artefact, store: bouncy_keystore.Store, entry: bouncy_keystore.Entry, plain: bytes | None
) -> CryptoAsset:
    leaf = certificates.load(entry.chain[0]) if entry.chain else None
    public = certificate_fields.public_key(leaf, entry.chain[0]) if leaf else None
    if plain:
        with suppress(Malformed):
            public = key_assets.public_half_of(plain) or public
    return store_assets.private_key(
        artefact,
        store.format,
        store.start,
        alias=entry.alias,
        public=public,
        encoded=entry.sealed,
        locked=plain is None,
    )
