"""Key stores: PKCS#12, JKS, JCEKS and those of BouncyCastle, opened with passwords that everybody knows."""

from collections.abc import Iterator
from contextlib import suppress

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import (
    bouncy_stores,
    certificate_assets,
    certificate_fields,
    certificates,
    key_assets,
    key_stores,
    store_assets,
    store_opening,
)
from pellucid.analyzers.store_opening import Effort
from pellucid.domain.crypto_asset import CryptoAsset, Encoding
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import bouncy_keystore, java_keystore, pkcs12

NAME = "keystores"


@analyzer(name=NAME, version=8, stage=Stage.CRYPTO, wants=contains(*key_stores.LITERALS))
def keystores(artefact: Artefact) -> Iterator[Fact]:
    """Open key stores with passwords that everybody knows, and report what is hidden in them.

    What lies in a store in the open (the certificates of a JKS store, an unencrypted PKCS#12) is found where it lies,
    by the units for certificates and keys, unless the store is in BER, which may have it in pieces. A store that no
    known password opens is an asset itself, locked; so is one whose password would take too long to try, which is said
    as a problem. A private key has the fingerprint of its public half, if a certificate beside it tells that even when
    it is locked.
    """
    effort = Effort()
    for store in key_stores.find(artefact):
        if isinstance(store, pkcs12.Store):
            yield from _pkcs12(artefact, store, effort)
        elif isinstance(store, bouncy_keystore.Store):
            yield from _bouncy(artefact, store, effort)
        else:
            yield from _java(artefact, store, effort)


def _pkcs12(artefact: Artefact, store: pkcs12.Store, effort: Effort) -> Iterator[Fact]:
    password, opened, closed = None, False, bool(store.unread)
    try:
        password, opened = store_opening.password_of(store, key_stores.passwords(), effort)
        for item in store_opening.bags(store, password, effort, opened=opened):
            bag = item.bag
            if bag.kind is pkcs12.BagKind.CERTIFICATE:
                if item.hidden or store.scattered:
                    yield from _certificate(artefact, store, bag)
            elif item.hidden or store.scattered or bag.kind is pkcs12.BagKind.SHROUDED_KEY:
                yield _pkcs12_key(artefact, store, bag, password, effort)
        closed |= not opened and store_opening.locked_by(store) is not None
    except Malformed as error:
        closed = True
        yield Problem(unit=NAME, kind=ProblemKind.UNSUPPORTED, message=f"a PKCS#12 store: {error.message}")
    if closed:
        yield store_assets.locked_store(artefact, "PKCS#12", "pkcs12", store.start, store.end)


def _certificate(artefact: Artefact, store: pkcs12.Store, bag: pkcs12.Bag) -> Iterator[CryptoAsset]:
    if certificate := certificates.load(bag.content):
        evidence = artefact.evidence(store.start, certificate_assets.shown(certificate))
        yield certificate_assets.asset(certificate, bag.content, Encoding.KEYSTORE, evidence, "pkcs12")


def _pkcs12_key(
    artefact: Artefact, store: pkcs12.Store, bag: pkcs12.Bag, password: str | None, effort: Effort
) -> CryptoAsset:
    """A key that this password does not open is locked."""
    public = None
    with suppress(Malformed):
        public = key_assets.public_half_of(store_opening.private_key(bag, password, effort))
    return store_assets.private_key(
        artefact,
        "pkcs12",
        store.start,
        alias=bag.name,
        public=public,
        encoded=bag.content,
        locked=public is None,
    )


def _java(artefact: Artefact, store: java_keystore.Keystore, effort: Effort) -> Iterator[Fact]:
    opened, locked = False, not store.whole
    try:
        for password in key_stores.passwords():
            effort.spend(0, store.end - store.start)
            if opened := java_keystore.fits(store, artefact.data, password):
                break
        for entry in store.entries:
            if entry.key:
                key = _java_key(artefact, store, entry, effort, opened=opened)
                locked |= key.locked
                yield key
    except Malformed as error:
        locked = True
        yield Problem(unit=NAME, kind=ProblemKind.UNSUPPORTED, message=f"a Java key store: {error.message}")
    if locked and not opened:
        yield store_assets.locked_store(artefact, store.format.upper(), store.format, store.start, store.end)


def _bouncy(artefact: Artefact, store: bouncy_keystore.Store, effort: Effort) -> Iterator[Fact]:
    try:
        yield from bouncy_stores.assets(artefact, store, effort)
    except Malformed as error:
        yield Problem(unit=NAME, kind=ProblemKind.UNSUPPORTED, message=f"a key store of BouncyCastle: {error.message}")
        yield store_assets.locked_store(artefact, store.format.upper(), store.format, store.start, store.end)


def _java_key(
    artefact: Artefact, store: java_keystore.Keystore, entry: java_keystore.Entry, effort: Effort, *, opened: bool
) -> CryptoAsset:
    """A key of a JKS store has a password of its own; one of JCEKS is taken to have that of the store."""
    leaf = certificates.load(entry.chain[0]) if entry.chain else None
    public = certificate_fields.public_key(leaf, entry.chain[0]) if leaf else None
    if store.format == "jks":
        opened = False
        for password in key_stores.passwords():
            effort.spend(len(entry.key) // java_keystore.DIGEST)
            with suppress(Malformed):
                public = key_assets.public_half_of(java_keystore.private_key(entry.key, password)) or public
                opened = True
                break
    return store_assets.private_key(
        artefact,
        store.format,
        store.start,
        alias=entry.alias,
        public=public,
        encoded=entry.key,
        locked=not opened,
    )
