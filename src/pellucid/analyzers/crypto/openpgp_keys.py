"""OpenPGP keys: those that packages are checked with, and private ones."""

from collections.abc import Iterator
from itertools import islice

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.analyzers import openpgp_assets
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import openpgp, openpgp_packets
from pellucid.formats.openpgp_packets import Packet, Tag

NAME = "openpgp_keys"
BEGINS = (b"-----BEGIN PGP PUBLIC KEY BLOCK-----", b"-----BEGIN PGP PRIVATE KEY BLOCK-----")
# Armour that has no end costs a search for it.
MOST_FAILURES = 500
FIRST = (Tag.PUBLIC_KEY, Tag.SECRET_KEY)


def _holds_keys(artefact: Artefact) -> bool:
    """Whether a file without armour is a key box, or begins with a key that can be read and goes on as keys do."""
    if _is_box(artefact):
        return True
    try:
        begin = list(islice(openpgp_packets.packets(artefact.data), 2))
        tags = [packet.tag for packet in begin]
        return bool(tags) and tags[0] in FIRST and set(tags[1:]) <= set(Tag) and bool(openpgp.read(begin[0]))
    except Malformed:
        return False


@analyzer(
    name=NAME,
    version=1,
    stage=Stage.CRYPTO,
    wants=Selector(_holds_keys, kinds=frozenset(("data",))) | contains(*BEGINS),
)
def openpgp_keys(artefact: Artefact) -> Iterator[Fact]:
    """Find OpenPGP keys and subkeys: files of packets, ASCII armour anywhere, key boxes of GnuPG.

    Each with its fingerprint, the first user id, and when it was made and ends, as its latest own signature says; no
    signature is verified. A secret key whose secret part lies elsewhere (on a card) is a public one.
    """
    end = failures = 0
    for offset in sorted(offset for literal in BEGINS for offset in artefact.offsets(literal)):
        if offset < end or failures > MOST_FAILURES:
            continue
        try:
            decoded, end = openpgp_packets.dearmoured(artefact.data, offset)
        except Malformed:
            failures += 1
            continue
        yield from _keys(artefact, openpgp_packets.packets(decoded), offset)
    if _is_box(artefact):
        yield from _boxed(artefact)
    elif artefact.kind == "data" and _holds_keys(artefact):
        yield from _keys(artefact, openpgp_packets.packets(artefact.data))


def _is_box(artefact: Artefact) -> bool:
    return artefact.window(openpgp_packets.KEYBOX_AT, 4) == openpgp_packets.KEYBOX


def _boxed(artefact: Artefact) -> Iterator[Fact]:
    try:
        for start, end in openpgp_packets.boxed(artefact.data):
            yield from _keys(artefact, openpgp_packets.packets(artefact.data, start, end))
    except Malformed as error:
        yield Problem(unit=NAME, kind=ProblemKind.MALFORMED, message=error.message)


def _keys(artefact: Artefact, packets: Iterator[Packet], offset: int | None = None) -> Iterator[Fact]:
    """Keys at their own places, or all at `offset` where an armour begins."""
    try:
        for key in openpgp.keys(packets):
            yield _asset(artefact, key, key.at if offset is None else offset)
    except Malformed as error:
        yield Problem(unit=NAME, kind=ProblemKind.MALFORMED, message=error.message)


def _asset(artefact: Artefact, key: openpgp.Key, offset: int) -> CryptoAsset:
    secret = "private" if key.secret else "public"
    seen = f"{secret} OpenPGP {'sub' if key.subkey else ''}key {key.key_id} {key.user_id}".strip()
    return openpgp_assets.asset(key, artefact.evidence(offset, seen))
