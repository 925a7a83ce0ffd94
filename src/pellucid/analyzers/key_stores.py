"""Key stores in an artefact: found once for the analyzers that open them, or need to know where they are."""

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from msgspec import structs

from pellucid.analysis.artefact import Artefact
from pellucid.errors import Malformed
from pellucid.formats import ber, bouncy_keystore, java_keystore, pkcs12

LITERALS = (pkcs12.BEGIN, *java_keystore.BEGINS, *bouncy_keystore.BEGINS)
MOST_STORES = 256
# Bytes of candidates that are looked at, so that one inside another a thousand times costs no more than a big one.
MOST_BYTES = 256 << 20
Store = pkcs12.Store | java_keystore.Keystore | bouncy_keystore.Store


@cache
def passwords() -> tuple[str, ...]:
    """Those that everybody knows (well_known_passwords.toml)."""
    text = Path(__file__).with_name("well_known_passwords.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["passwords"])


def find(artefact: Artefact) -> tuple[Store, ...]:
    """All key stores of an artefact, in order; the result is kept with the artefact."""
    kept = artefact.memo.get("key_stores")
    if not isinstance(kept, tuple):
        kept = tuple(sorted((*_pkcs12(artefact), *_java(artefact), *_bouncy(artefact)), key=lambda store: store.start))
        artefact.memo["key_stores"] = kept
    return kept


def around(artefact: Artefact, start: int) -> str:
    """The format of the store that the byte at `start` lies in: "pkcs12", "jks" or another; empty when in none."""
    for store in find(artefact):
        if store.start <= start < store.end:
            return "pkcs12" if isinstance(store, pkcs12.Store) else store.format
    return ""


def in_pieces(artefact: Artefact) -> Iterator[tuple[int, int]]:
    """(start, end) of the stores whose content may lie there in pieces, some of which look like keys or certificates.

    Who opens a store tells of all that is in these; nobody else does.
    """
    for store in find(artefact):
        if isinstance(store, pkcs12.Store) and store.scattered:
            yield store.start, store.end


def _pkcs12(artefact: Artefact) -> list[Store]:
    found, end, left, work = list[Store](), 0, MOST_BYTES, ber.Work()
    for offset in artefact.offsets(pkcs12.BEGIN):
        for whole in ber.enclosing(artefact.data, offset, work, pkcs12.LONGEST) if offset >= end else ():
            left -= whole.end - whole.start
            if left < 0 or len(found) >= MOST_STORES:
                return found
            try:
                store = pkcs12.read(whole.encoded, work)
            except Malformed:
                continue
            found.append(structs.replace(store, start=whole.start, end=whole.end, scattered=whole.rewritten))
            end = whole.end
            break
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


def _bouncy(artefact: Artefact) -> list[Store]:
    """Most places are chance, in programs for big-endian processors, and cost nothing; few others are read."""
    found, tried = list[Store](), 0
    for literal in bouncy_keystore.BEGINS:
        end = 0
        for offset in artefact.offsets(literal):
            if offset < end or tried >= MOST_STORES or not bouncy_keystore.begins(artefact.data, offset):
                continue
            tried += 1
            with suppress(Malformed):
                found.append(bouncy_keystore.read(artefact.data, offset))
                end = found[-1].end
    return found
