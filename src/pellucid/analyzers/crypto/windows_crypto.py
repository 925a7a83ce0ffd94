"""Algorithms that Windows programs ask the Cryptography API: Next Generation for."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers import named_crypto
from pellucid.domain.crypto_use import UseWitness
from pellucid.formats import crypto_names

CALLED = (b"BCryptOpenAlgorithmProvider\0", b"NCryptCreatePersistedKey\0", b"NCryptOpenStorageProvider\0")


@analyzer(
    name="windows_crypto",
    version=1,
    stage=Stage.CRYPTO,
    wants=kind("pe") & contains(*crypto_names.literals("windows")) & contains(*CALLED),
    most_facts=200,
)
def windows_crypto(artefact: Artefact) -> Iterator[Fact]:
    """Recognise algorithms by the identifiers that a program passes to bcrypt.dll and ncrypt.dll, wide strings.

    The older CryptoAPI takes numbers, which are not looked for.
    """
    yield from named_crypto.uses(artefact, "windows", UseWitness.IMPORT, 0.8)
