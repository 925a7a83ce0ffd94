"""Crypto uses: algorithms and protocols that software implements, calls, or is configured to offer."""

from dataclasses import dataclass
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class Primitive(StrEnum):
    """What an algorithm is for, in the words of CycloneDX (ECMA-424, algorithmProperties.primitive)."""

    DRBG = "drbg"
    MAC = "mac"
    BLOCK_CIPHER = "block-cipher"
    STREAM_CIPHER = "stream-cipher"
    SIGNATURE = "signature"
    HASH = "hash"
    PKE = "pke"
    XOF = "xof"
    KDF = "kdf"
    KEY_AGREE = "key-agree"
    KEM = "kem"
    AE = "ae"
    COMBINER = "combiner"
    OTHER = "other"
    UNKNOWN = "unknown"


class UseWitness(StrEnum):
    """By what it was seen, the strongest last."""

    NAME = "name"  # its name in a text or a table of names
    CONSTANT = "constant"  # numbers that only an implementation has: tables, initial values, parameters of curves
    IMPORT = "import"  # a function of a library that does it
    CONFIGURATION = "configuration"  # somebody has switched it on
    BUILD = "build"  # what a compiler recorded of the packages that it linked


@dataclass(frozen=True, kw_only=True)
class CryptoUse:
    """An algorithm, or a version of a protocol, in an artefact.

    `algorithm` is the canonical name of the table of algorithms (AES, SHA-256, RSA, ECDSA, ML-KEM); `parameters` what
    sets its strength where that is known: bits (128), a curve (P-256), a parameter set (ML-KEM-768); `mode` is that of
    a block cipher (CBC, GCM). For a protocol `algorithm` is empty, `protocol` is its name (TLS, SSH, IPsec) and
    `parameters` its version. `confidence` is 0 to 1.
    """

    witness: UseWitness
    evidence: Evidence
    confidence: float
    algorithm: str = ""
    primitive: Primitive = Primitive.UNKNOWN
    parameters: str = ""
    mode: str = ""
    protocol: str = ""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        return (self.algorithm, self.protocol, self.parameters, self.mode)
