"""Algorithms that SSH servers and clients offer, by the names of them in the program."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers import crypto_uses
from pellucid.domain.crypto_use import UseWitness
from pellucid.formats import crypto_settings
from pellucid.formats.crypto_settings import Choice
from pellucid.formats.ssh_names import beginnings, crowd, name_at

# The lists of a program stand together, each name also alone a few pages away.
WITHIN = 16 << 10
LEAST = 6
MOST_PLACES = 64
VERSION = b"SSH-2.0-"
CONFIDENCE = 0.7


@analyzer(
    name="ssh_names",
    version=1,
    stage=Stage.CRYPTO,
    wants=kind("elf", "pe") & contains(*beginnings()) & contains(VERSION),
    most_facts=200,
)
def ssh_names(artefact: Artefact) -> Iterator[Fact]:
    """Recognise what a program offers over SSH by the names of it: key exchange, host keys, ciphers, MACs.

    Six different names, of three of these kinds, must stand within 16 KiB, each as a string or in a list, and the
    program must know how the protocol begins. A name says what the program can be told to offer, and not that it does.
    """
    places = {offset: what for begin, what in beginnings().items() for offset in artefact.offsets(begin)[:MOST_PLACES]}
    named = [name for at, what in sorted(places.items()) if (name := name_at(artefact.data, at, what))]
    names = crowd(named, WITHIN, LEAST)
    found = [
        crypto_uses.use_of(choice, UseWitness.NAME, CONFIDENCE, artefact.evidence(name.offset, name.text))
        for name in names
        for choice in crypto_settings.meanings("ssh", name.text)
    ]
    if names:
        begun = artefact.offsets(VERSION)[0]
        version = Choice(protocol="SSH", parameters="2.0")
        found.append(
            crypto_uses.use_of(version, UseWitness.NAME, CONFIDENCE, artefact.evidence(begun, VERSION.decode()))
        )
    yield from sorted(crypto_uses.once(found), key=lambda use: use.identity)
