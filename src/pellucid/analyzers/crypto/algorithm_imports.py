"""Algorithms and protocols by the functions of cryptographic libraries that a program calls or a library offers."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.analyzers import crypto_uses
from pellucid.analyzers.parsed import elf_of
from pellucid.domain.crypto_use import UseWitness
from pellucid.errors import Malformed
from pellucid.formats import crypto_functions

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
    found = (
        crypto_uses.use_of(does, UseWitness.IMPORT, confidence, artefact.evidence(symbol.offset, symbol.name))
        for symbols, confidence in ((elf.exports, DEFINED), (elf.imports, CALLED))
        for symbol in symbols
        if (does := crypto_functions.find(symbol.name, libraries))
    )
    yield from sorted(crypto_uses.once(found), key=lambda use: use.identity)
