"""The hashes by which lists of known-bad keys know a key.

badkeys: one number of the key in as few bytes as it takes (docs/BLOCKLISTFORMAT.md of badkeys), SHA-256. Debian: what
`openssl rsa -modulus` prints, SHA-1; the key as SSH sends it (RFC 4253, 6.6), MD5. Only a part of each is kept.
"""

import hashlib
from base64 import b64decode
from collections.abc import Sequence
from itertools import chain

from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.listed_key import KeyHash
from pellucid.errors import Malformed
from pellucid.formats import der, spki
from pellucid.matchers.crypto.rsa import LONGEST, RsaNumbers, rsa_numbers

BADKEYS, EVERY_KIND = "badkeys", "all"
OPENSSL, OPENSSH = "debian-weak-keys/openssl", "debian-weak-keys/openssh"
KEPT_BY_BADKEYS, KEPT_BY_DEBIAN = 15, 10
EC, DSA = "1.2.840.10045.2.1", "1.2.840.10040.4.1"
# PKCS #3 and ANSI X9.42.
DIFFIE_HELLMAN = ("1.2.840.113549.1.3.1", "1.2.840.10046.2.1")
# X25519, X448, Ed25519, Ed448 (RFC 8410): taken for numbers, as they stand.
EDWARDS_AND_MONTGOMERY = tuple(f"1.3.101.{number}" for number in range(110, 114))
# ML-DSA and ML-KEM: as they stand.
LATTICES = tuple(
    chain((f"2.16.840.1.101.3.4.3.{n}" for n in (17, 18, 19)), (f"2.16.840.1.101.3.4.4.{n}" for n in (1, 2, 3)))
)
COMPRESSED, UNCOMPRESSED = (2, 3), (4, 6, 7)


def key_hashes(asset: CryptoAsset) -> tuple[KeyHash, ...]:
    """Those of its public key; none where that is not known, or of a kind that no list has."""
    if numbers := rsa_numbers(asset):
        return _of_rsa(numbers)
    if not asset.public_key or len(asset.public_key) > LONGEST:
        return ()
    try:
        return _of_others(spki.read(b64decode(asset.public_key, validate=True)))
    except (Malformed, ValueError):
        return ()


def _of_rsa(key: RsaNumbers) -> tuple[KeyHash, ...]:
    section = f"RSA-{key.modulus.bit_length()}"
    printed = hashlib.sha1(b"Modulus=%X\n" % key.modulus, usedforsecurity=False).digest()
    return (
        _badkeys(_bytes(key.modulus)),
        KeyHash(OPENSSL, section, printed[-KEPT_BY_DEBIAN:]),
        _openssh(section, b"ssh-rsa", key.exponent, key.modulus),
    )


def _of_others(info: spki.Info) -> tuple[KeyHash, ...]:
    if info.algorithm == EC:
        return (_badkeys(_bytes(int.from_bytes(_x_of(info.key), "big"))),)
    if info.algorithm in EDWARDS_AND_MONTGOMERY:
        return (_badkeys(_bytes(int.from_bytes(info.key, "big"))),)
    if info.algorithm in LATTICES:
        return (_badkeys(info.key),)
    if info.algorithm not in (DSA, *DIFFIE_HELLMAN):
        return ()
    y = _integer(info.key, der.element(info.key, 0))
    hashes = [_badkeys(_bytes(y))]
    if info.algorithm == DSA and info.parameters:
        p, q, g = integers(info.parameters)
        hashes.append(_openssh(f"DSA-{p.bit_length()}", b"ssh-dss", p, q, g, y))
    return tuple(hashes)


def _x_of(point: bytes) -> bytes:
    """The x coordinate of a point (SEC 1, 2.3.3)."""
    if len(point) > 1 and point[0] in COMPRESSED:
        return point[1:]
    if len(point) > 2 and point[0] in UNCOMPRESSED and len(point) % 2:
        return point[1 : 1 + len(point) // 2]
    raise Malformed("no point of a curve")


def integers(parameters: bytes) -> Sequence[int]:
    """p, q and g of the parameters of DSA (RFC 3279, 2.3.2). Raises Malformed."""
    found = [_integer(parameters, part) for part in der.children(parameters, der.element(parameters, 0), most=3)]
    if len(found) != 3:
        raise Malformed("no parameters of DSA")
    return found


def _integer(data: bytes, part: der.Element) -> int:
    if part.tag != der.INTEGER:
        raise Malformed("no number")
    return int.from_bytes(data[part.content : part.end], "big")


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _badkeys(hashed: bytes) -> KeyHash:
    return KeyHash(BADKEYS, EVERY_KIND, hashlib.sha256(hashed).digest()[:KEPT_BY_BADKEYS])


def _openssh(section: str, name: bytes, *numbers: int) -> KeyHash:
    # A number of RFC 4251, 5 has a leading zero where it would else be negative.
    fields = (name, *(number.to_bytes(number.bit_length() // 8 + 1 if number else 0, "big") for number in numbers))
    sent = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return KeyHash(OPENSSH, section, hashlib.md5(sent, usedforsecurity=False).digest()[-KEPT_BY_DEBIAN:])
