"""Algorithms that an artefact implements, by constants that stand in its instructions."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.analyzers import crypto_uses
from pellucid.domain.crypto_use import CryptoUse
from pellucid.formats import crypto_constants

MOST_PLACES = 64


@analyzer(
    name="algorithm_immediates",
    version=5,
    stage=Stage.CRYPTO,
    wants=contains(*crypto_constants.by_first_word()) & Selector(lambda artefact: artefact.kind != "text"),
    most_facts=50,
)
def algorithm_immediates(artefact: Artefact) -> Iterator[Fact]:
    """Recognise algorithms whose constants are operands of instructions, or stand between functions.

    One word of four bytes says nothing: at least four that belong together must be near each other. MIPS and Arm
    build such a word from two halves, which are looked for; those of PowerPC are not.
    """
    found: dict[str, CryptoUse] = {}
    for first, scattered in crypto_constants.by_first_word().items():
        for offset in artefact.offsets(first)[:MOST_PLACES]:
            window = artefact.window(offset - scattered.within, 2 * scattered.within)
            if scattered.stand_in(window):
                constant, length = scattered.constant, len(scattered.words[0])
                use = crypto_uses.implemented(
                    artefact, constant, scattered.form, offset, length=length, confidence=constant.confidence
                )
                found.setdefault(constant.algorithm, use)
                break
    yield from (found[name] for name in sorted(found))
