"""Cryptographic packages that a Go program was linked with."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import named_crypto
from pellucid.domain.crypto_use import UseWitness
from pellucid.formats import crypto_names, go_build_info


@analyzer(
    name="go_crypto",
    version=1,
    stage=Stage.CRYPTO,
    wants=contains(*crypto_names.literals("go")) & contains(go_build_info.MAGIC),
    most_facts=200,
)
def go_crypto(artefact: Artefact) -> Iterator[Fact]:
    """Read from the names of functions which cryptographic packages a Go program was linked with.

    The linker leaves functions out that nothing calls, but keeps the names of the others in a program that is stripped.
    What TLS and SSH bring along (RC4, DES) is there, though it may not be offered.
    """
    yield from named_crypto.uses(artefact, "go", UseWitness.BUILD, 0.9)
