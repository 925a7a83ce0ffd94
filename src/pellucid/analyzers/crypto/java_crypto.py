"""Algorithms that Java classes ask the Java Cryptography Architecture for."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import named_crypto
from pellucid.domain.crypto_use import UseWitness
from pellucid.formats import crypto_names

# Classes that take the name of an algorithm.
CALLED = tuple(
    f"{package}/{name}".encode()
    for package, names in {
        "java/security": ("MessageDigest", "Signature", "KeyPairGenerator", "KeyFactory"),
        "javax/crypto": (
            "Cipher",
            "Mac",
            "SecretKeyFactory",
            "KeyGenerator",
            "KeyAgreement",
            "KEM",
            "spec/SecretKeySpec",
        ),
        "javax/net/ssl": ("SSLContext", "SSLSocket"),
    }.items()
    for name in names
)
MAGIC = b"\xca\xfe\xba\xbe"


@analyzer(
    name="java_crypto",
    version=1,
    stage=Stage.CRYPTO,
    wants=contains(*crypto_names.literals("java")) & contains(*CALLED),
    most_facts=200,
)
def java_crypto(artefact: Artefact) -> Iterator[Fact]:
    """Recognise algorithms by standard names among the constants of classes that call Cipher, MessageDigest and such.

    Which of its constants a class passes to them is not followed.
    """
    if artefact.window(0, len(MAGIC)) == MAGIC:
        yield from named_crypto.uses(artefact, "java", UseWitness.IMPORT, 0.8)
