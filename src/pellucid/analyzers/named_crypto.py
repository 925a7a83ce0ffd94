"""Names of algorithms and protocols as facts, for the units that know where such names stand."""

from collections.abc import Iterator

from pellucid.analysis.artefact import Artefact
from pellucid.domain.crypto_use import CryptoUse, Primitive, UseWitness
from pellucid.formats import crypto_names


def uses(artefact: Artefact, vocabulary: str, witness: UseWitness, confidence: float) -> Iterator[CryptoUse]:
    """Each algorithm and version that a name of the vocabulary stands for, once, at its first place."""
    found: dict[tuple[str, str, str, str], CryptoUse] = {}
    for literal, entry in crypto_names.literals(vocabulary).items():
        for offset in artefact.offsets(literal)[:1]:
            for choice in entry.choices:
                use = CryptoUse(
                    witness=witness,
                    algorithm=choice.algorithm.name if choice.algorithm else "",
                    primitive=choice.algorithm.primitive if choice.algorithm else Primitive.UNKNOWN,
                    parameters=choice.parameters,
                    mode=choice.mode,
                    protocol=choice.protocol,
                    confidence=confidence,
                    evidence=artefact.evidence(offset, entry.name),
                )
                found.setdefault(use.identity, use)
    yield from (found[identity] for identity in sorted(found))
