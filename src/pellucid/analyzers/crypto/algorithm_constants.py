"""Algorithms that an artefact implements, by the tables and initial values that they cannot do without."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.analyzers import crypto_uses
from pellucid.domain.crypto_use import CryptoUse
from pellucid.formats import crypto_constants
from pellucid.formats.crypto_constants import Constant, Pattern

MOST_PLACES = 64
# Names are looked for in so many bytes.
SEARCHED_FOR_NAMES = 32 << 20
PART = 0.8


@analyzer(
    name="algorithm_constants",
    version=5,
    stage=Stage.CRYPTO,
    wants=contains(*crypto_constants.by_literal()) & Selector(lambda artefact: artefact.kind != "text"),
    most_facts=400,
)
def algorithm_constants(artefact: Artefact) -> Iterator[Fact]:
    """Recognise cryptographic algorithms by their constants: S-boxes, round constants, initial values, curves.

    Tables are found in both orders of bytes and in words of different sizes, by 16 bytes of each and then as much of
    the table as is known. Values that several algorithms share count for the one that needs most of what stands there.
    Tables of checksums are in no list, and are not confused with these. Texts that hold such numbers implement nothing.
    """
    found: dict[tuple[str, str], CryptoUse] = {}
    for literal, patterns in crypto_constants.by_literal().items():
        for offset in artefact.offsets(literal)[:MOST_PLACES]:
            for use in _at(artefact, patterns, offset):
                key = (use.algorithm, use.parameters)
                if key not in found or use.confidence > found[key].confidence:
                    found[key] = use
    yield from sorted(found.values(), key=lambda use: (use.algorithm, use.parameters))


def _at(artefact: Artefact, patterns: tuple[Pattern, ...], offset: int) -> Iterator[CryptoUse]:
    """What stands at one place: of patterns that are the beginning of each other, the longest."""
    longest = 0
    for pattern in patterns:
        start = offset - pattern.at
        is_whole = start >= 0 and artefact.window(start, len(pattern.content)) == pattern.content
        if (pattern.whole and not is_whole) or len(pattern.content) < longest:
            continue
        confidence = _confidence(artefact, pattern.constant, is_whole=is_whole)
        if not confidence:
            continue
        longest = len(pattern.content) if is_whole else longest
        place, length = (start, len(pattern.content)) if is_whole else (offset, len(pattern.literal))
        yield crypto_uses.implemented(
            artefact, pattern.constant, pattern.form, place, length=length, confidence=confidence
        )


def _confidence(artefact: Artefact, constant: Constant, *, is_whole: bool) -> float:
    highest = constant.confidence if is_whole else min(constant.confidence, PART)
    if constant.also and not any(_holds(artefact, word) for word in constant.also):
        return 0.0
    if any(_holds(artefact, word) for word in constant.unless):
        return 0.0
    if not constant.beside:
        return highest
    named = any(_holds(artefact, word) for word in constant.beside)
    return highest if named else min(constant.without, highest)


def _holds(artefact: Artefact, word: bytes) -> bool:
    """Whether a word stands anywhere; it is looked for once, in however many places its constant is."""
    key = f"holds {word!r}"
    known = artefact.memo.get(key)
    if known is None:
        known = artefact.data.find(word, 0, min(artefact.size, SEARCHED_FOR_NAMES)) >= 0
        artefact.memo[key] = known
    return bool(known)
