"""Algorithms that Python source calls."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers import named_crypto
from pellucid.domain.crypto_use import UseWitness
from pellucid.formats import crypto_names


@analyzer(
    name="python_crypto",
    version=1,
    stage=Stage.CRYPTO,
    wants=kind("text") & contains(*crypto_names.literals("python")),
    most_facts=200,
    named=("*.py",),
)
def python_crypto(artefact: Artefact) -> Iterator[Fact]:
    """Recognise calls of hashlib, ssl, PyCryptodome and cryptography in Python source.

    Names that are imported alone, and what a call is given in a variable, are not followed; comments count like code.
    """
    yield from named_crypto.uses(artefact, "python", UseWitness.IMPORT, 0.8)
