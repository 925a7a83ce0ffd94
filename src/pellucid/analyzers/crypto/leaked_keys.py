"""Keys of firmware that are known to have leaked, where only their moduli stand: Boot Guard keeps them so."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import rsa

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import key_names
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding

EXPONENT = 65537
MOST_PLACES = 1000


class Leaked(NamedTuple):
    """How long a modulus is, and the SHA-256 of its bytes, as they are stored."""

    size: int
    sha256: str


@cache
def table() -> Mapping[bytes, Leaked]:
    """By the first bytes of the modulus (leaked_moduli.toml)."""
    text = Path(__file__).parents[1].joinpath("leaked_moduli.toml").read_text(encoding="utf-8")
    return {bytes.fromhex(row["begins"]): Leaked(row["bytes"], row["sha256"]) for row in tomllib.loads(text)["key"]}


@analyzer(name="leaked_keys", version=1, stage=Stage.CRYPTO, wants=contains(*table()))
def leaked_keys(artefact: Artefact) -> Iterator[Fact]:
    """Find the moduli of a few leaked RSA keys, little-endian and without a frame, as key manifests of Boot Guard and
    signed modules of firmware have them.

    The whole modulus has to be there; its exponent is taken to be 65537, which is what such keys have.
    """
    for begins, leaked in table().items():
        for offset in artefact.offsets(begins)[:MOST_PLACES]:
            stored = bytes(artefact.data[offset : offset + leaked.size])
            if sha256(stored).hexdigest() == leaked.sha256:
                yield _asset(artefact, offset, stored)


def _asset(artefact: Artefact, offset: int, stored: bytes) -> CryptoAsset:
    public = rsa.RSAPublicNumbers(EXPONENT, int.from_bytes(stored, "little")).public_key()
    evidence = artefact.evidence(offset, "modulus of a leaked RSA key")
    fields = key_names.public_half(public).fields
    return CryptoAsset(kind=CryptoKind.PUBLIC_KEY, encoding=Encoding.DER, evidence=evidence, **fields)
