"""Algorithms that a library has been built with, by what it says itself: lists of its configuration, names it knows."""

import re
from collections.abc import Iterator
from dataclasses import replace

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.analyzers import crypto_uses
from pellucid.domain.crypto_use import CryptoUse, UseWitness
from pellucid.formats import built_in_algorithms as table
from pellucid.formats.built_in_algorithms import Stated

SEARCHED = 32 << 20
CONFIDENCE = 0.75


@analyzer(
    name="built_in_algorithms",
    version=2,
    stage=Stage.CRYPTO,
    wants=contains(*table.by_sign()) & Selector(lambda artefact: artefact.kind != "text"),
    most_facts=200,
)
def built_in_algorithms(artefact: Artefact) -> Iterator[Fact]:
    """Recognise what libgcrypt, OpenSSL, Mbed TLS and BusyBox were built with, where no number or function shows it.

    Ciphers of arithmetic alone (IDEA, RC4, Serpent) have no tables, and modes of a hash none of their own. The names
    of what such a library can be told to take are in it only when the algorithm is; in other programs they say nothing.
    """
    data = artefact.window(0, SEARCHED)
    uses = (
        use
        for sign, library in table.by_sign().items()
        if artefact.offsets(sign)
        for stated in library.stated
        if (found := stated.first(data))
        for use in _uses(artefact, library.name, stated, found)
    )
    yield from sorted(crypto_uses.once(uses), key=lambda use: use.identity)


def _uses(artefact: Artefact, library: str, stated: Stated, found: re.Match[bytes]) -> Iterator[CryptoUse]:
    seen = replace(artefact.evidence(found.start(), f"{library}: {stated.text}"), length=len(found[0]))
    for algorithm in stated.algorithms:
        yield CryptoUse(
            witness=UseWitness.NAME,
            algorithm=algorithm.name,
            primitive=algorithm.primitive,
            confidence=CONFIDENCE,
            evidence=seen,
        )
