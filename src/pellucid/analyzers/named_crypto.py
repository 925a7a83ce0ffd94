"""Names of algorithms and protocols as facts, for the units that know where such names stand."""

from collections.abc import Iterator

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import crypto_uses
from pellucid.domain.crypto_use import CryptoUse, UseWitness
from pellucid.formats import crypto_names


def uses(artefact: Artefact, vocabulary: str, witness: UseWitness, confidence: float) -> Iterator[CryptoUse]:
    """Each algorithm and version that a name of the vocabulary stands for, once, at its first place."""
    found = (
        crypto_uses.use_of(choice, witness, confidence, artefact.evidence(offset, entry.name))
        for literal, entry in crypto_names.literals(vocabulary).items()
        for offset in artefact.offsets(literal)[:1]
        for choice in entry.choices
    )
    yield from sorted(crypto_uses.once(found), key=lambda use: use.identity)
