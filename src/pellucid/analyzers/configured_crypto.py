"""Settings of algorithms and protocols as facts, for the units that read one kind of file each."""

from collections.abc import Iterator

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains, kind
from pellucid.domain.crypto_use import CryptoUse, Primitive, UseWitness
from pellucid.formats import crypto_settings

CONFIDENCE = 0.9


def wanted(files: str) -> Selector:
    """Texts that may be such a file."""
    return kind("text") & contains(*crypto_settings.marks(files))


def uses(artefact: Artefact, files: str) -> Iterator[CryptoUse]:
    """What the file chooses, each algorithm and version once, in the order of its lines."""
    found: dict[tuple[str, str, str, str], CryptoUse] = {}
    for setting in crypto_settings.read(artefact.window(0, crypto_settings.MOST_BYTES), files):
        algorithm = setting.choice.algorithm
        use = CryptoUse(
            witness=UseWitness.CONFIGURATION,
            algorithm=algorithm.name if algorithm else "",
            primitive=algorithm.primitive if algorithm else Primitive.UNKNOWN,
            parameters=setting.choice.parameters,
            mode=setting.choice.mode,
            protocol=setting.choice.protocol,
            confidence=CONFIDENCE,
            evidence=artefact.evidence(setting.at, setting.text),
        )
        found.setdefault(use.identity, use)
    yield from found.values()
