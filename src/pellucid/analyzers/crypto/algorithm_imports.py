"""Algorithms and protocols by the functions of cryptographic libraries that a program calls or a library offers."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import kind
from pellucid.analyzers import crypto_uses
from pellucid.analyzers.parsed import elf_of
from pellucid.analyzers.windows import pe_of
from pellucid.domain.crypto_use import UseWitness
from pellucid.errors import Malformed
from pellucid.formats import crypto_functions, pe_functions, pe_imports

DEFINED, CALLED = 0.95, 0.9
# Name, offset of the name, how sure it is.
Symbol = tuple[str, int, float]


@analyzer(name="algorithm_imports", version=3, stage=Stage.CRYPTO, wants=kind("elf", "pe"), most_facts=1000)
def algorithm_imports(artefact: Artefact) -> Iterator[Fact]:
    """Recognise algorithms and protocols by symbols of OpenSSL, Nettle, Mbed TLS, wolfSSL, libsodium and others.

    What defines such a function implements the algorithm, what imports it uses it; of PE images imports alone are
    looked at. Libraries that are told by a number which algorithm to take (libgcrypt, PKCS #11, CryptoAPI) say nothing
    by the names of their functions.
    """
    try:
        libraries, symbols = _of_pe(artefact) if artefact.kind == "pe" else _of_elf(artefact)
    except Malformed:
        return
    found = (
        crypto_uses.use_of(does, UseWitness.IMPORT, confidence, artefact.evidence(offset, name))
        for name, offset, confidence in symbols
        if (does := crypto_functions.find(name, libraries))
    )
    yield from sorted(crypto_uses.once(found), key=lambda use: use.identity)


def _of_elf(artefact: Artefact) -> tuple[tuple[str, ...], Iterator[Symbol]]:
    elf = elf_of(artefact)
    symbols = (
        (symbol.name, symbol.offset, confidence)
        for table, confidence in ((elf.exports, DEFINED), (elf.imports, CALLED))
        for symbol in table
    )
    return (elf.soname, *elf.needed), symbols


def _of_pe(artefact: Artefact) -> tuple[tuple[str, ...], Iterator[Symbol]]:
    image = pe_of(artefact)
    needed = tuple(name.lower() for name in pe_imports.read(artefact.data, image).needed)
    return needed, ((item.name, item.offset, CALLED) for item in pe_functions.functions(artefact.data, image))
