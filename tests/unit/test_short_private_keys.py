"""Private keys whose bytes do not fit their algorithm: OpenSSL refuses some of them in a way of its own."""

import base64
import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.crypto.private_keys import private_keys
from pellucid.analyzers.key_assets import public_half_of
from pellucid.domain.crypto_asset import CryptoAsset

SOUND = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))).private_bytes(
    Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
)
# The same 32 bytes, said to be of the algorithm 1.3.101.111 or .113 (RFC 8410, section 3), whose keys have 56 and 57.
SHORT = {name: SOUND.replace(b"\x2b\x65\x70", b"\x2b\x65" + last) for name, last in (("X448", b"o"), ("Ed448", b"q"))}


def found_in(data: bytes) -> list[CryptoAsset]:
    """What the analyzer says of a text with one PEM block."""
    hits = {literal: [data.find(literal)] for literal in private_keys.wants.literals if literal in data}
    facts = list(itertools.islice(private_keys(Artefact(data=data, kind="text", hits=hits)), 10))
    assert all(isinstance(fact, CryptoAsset) for fact in facts)
    return [fact for fact in facts if isinstance(fact, CryptoAsset)]


@pytest.mark.parametrize("name", SHORT)
def test_a_key_that_is_too_short_cannot_be_read(name: str) -> None:
    assert public_half_of(SOUND)
    assert public_half_of(SHORT[name]) is None


@pytest.mark.parametrize("name", SHORT)
def test_what_a_label_calls_a_key_is_reported_all_the_same(name: str) -> None:
    text = b"-----BEGIN PRIVATE KEY-----\n" + base64.encodebytes(SHORT[name]) + b"-----END PRIVATE KEY-----\n"
    (asset,) = found_in(text)
    assert (asset.key_bits, asset.public_key) == (0, "")
