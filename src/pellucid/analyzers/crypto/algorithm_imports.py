"""Algorithms and protocols by the functions of cryptographic libraries that a program calls or a library offers."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.analyzers.parsed import elf_of
from pellucid.domain.crypto_use import CryptoUse, Primitive, UseWitness
from pellucid.errors import Malformed
from pellucid.formats import crypto_functions
from pellucid.formats.crypto_functions import Function

DEFINED, CALLED = 0.95, 0.9


@analyzer(name="algorithm_imports", version=1, stage=Stage.CRYPTO, wants=kind("elf"), most_facts=1000)
def algorithm_imports(artefact: Artefact) -> Iterator[Fact]:
    """Recognise algorithms and protocols by symbols of OpenSSL, Nettle, Mbed TLS, wolfSSL, libsodium and others.

    What defines such a function implements the algorithm, what imports it uses it. Libraries that are told by a number
    which algorithm to take (libgcrypt, PKCS #11) say nothing by the names of their functions.
    """
    try:
        elf = elf_of(artefact)
    except Malformed:
        return
    libraries = (elf.soname, *elf.needed)
    found: dict[tuple[str, str, str, str], CryptoUse] = {}
    for symbols, confidence in ((elf.exports, DEFINED), (elf.imports, CALLED)):
        for symbol in symbols:
            does = crypto_functions.find(symbol.name, libraries)
            if does:
                use = _use(artefact, does, symbol.offset, symbol.name, confidence)
                found.setdefault(use.identity, use)
    yield from (found[identity] for identity in sorted(found))


def _use(artefact: Artefact, does: Function, offset: int, name: str, confidence: float) -> CryptoUse:
    return CryptoUse(
        witness=UseWitness.IMPORT,
        algorithm=does.algorithm.name if does.algorithm else "",
        primitive=does.algorithm.primitive if does.algorithm else Primitive.UNKNOWN,
        parameters=does.parameters,
        mode=does.mode,
        protocol=does.protocol,
        confidence=confidence,
        evidence=artefact.evidence(offset, name),
    )
