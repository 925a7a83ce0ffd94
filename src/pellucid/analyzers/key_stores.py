"""Key stores in an artefact: found once for the analyzers that open them, or need to know where they are."""

import tomllib
from functools import cache
from importlib import resources

from pellucid.analysis.artefact import Artefact
from pellucid.errors import Malformed
from pellucid.formats import der, java_keystore, pkcs12

LITERALS = (pkcs12.BEGIN, *java_keystore.BEGINS)
MOST_STORES = 256
# Bytes of candidates that are looked at, so that one inside another a thousand times costs no more than a big one.
MOST_BYTES = 256 << 20
Store = pkcs12.Store | java_keystore.Keystore


@cache
def passwords() -> tuple[str, ...]:
    """Those that everybody knows (well_known_passwords.toml)."""
    text = resources.files("pellucid.analyzers").joinpath("well_known_passwords.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["passwords"])


def find(artefact: Artefact) -> tuple[Store, ...]:
    """All key stores of an artefact, in order; the result is kept with the artefact."""
    kept = artefact.memo.get("key_stores")
    if not isinstance(kept, tuple):
        kept = tuple(sorted((*_pkcs12(artefact), *_java(artefact)), key=lambda store: store.start))
        artefact.memo["key_stores"] = kept
    return kept


def around(artefact: Artefact, start: int) -> str:
    """The format of the store that the byte at `start` lies in: "pkcs12", "jks", "jceks"; empty when in none."""
    for store in find(artefact):
        if store.start <= start < store.end:
            return store.format if isinstance(store, java_keystore.Keystore) else "pkcs12"
    return ""


def _pkcs12(artefact: Artefact) -> list[Store]:
    found, end, left = list[Store](), 0, MOST_BYTES
    for offset in artefact.offsets(pkcs12.BEGIN):
        for whole in der.enclosing(artefact.data, offset, longest=pkcs12.LONGEST) if offset >= end else ():
            left -= whole.end - whole.start
            if left < 0 or len(found) >= MOST_STORES:
                return found
            try:
                found.append(pkcs12.read(artefact.data, whole))
            except Malformed:
                continue
            end = whole.end
    return found


def _java(artefact: Artefact) -> list[Store]:
    found = list[Store]()
    for literal in java_keystore.BEGINS:
        for offset in artefact.offsets(literal)[:MOST_STORES]:
            try:
                if not found or offset >= found[-1].end:
                    found.append(java_keystore.read(artefact.data, offset))
            except Malformed:
                continue
    return found
