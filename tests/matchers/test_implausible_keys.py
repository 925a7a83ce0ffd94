"""Keys that no sound generator has made."""

import random
from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.matchers.inventories import asset, findings, inventory
from tests.matchers.keys_and_certificates import anchors, integer, rsa_key, tlv
from tests.support.statements import Statements

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.domain.rsa_flaw import RsaFlaw
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.factoring import has_small_factor
from pellucid.matchers.crypto.oddities import is_sparse_prime, oddity_of
from pellucid.matchers.implausible_keys import implausible_keys

NOTHING = Statements()
DICE = random.Random(7)


def without_small_factors(number: int) -> int:
    while has_small_factor(number):
        number += 2
    return number


def with_ones(share: float, bits: int = 2048) -> int:
    """An odd number of that length, of which about this share of bits is set."""
    return without_small_factors(sum((DICE.random() < share) << at for at in range(bits)) | 1 | 1 << bits - 1)


def command_for_xz(command: int) -> int:
    """What begins with three numbers of which the first two, multiplied, and the third give the command."""
    one, two = 0x11223344, 0x55667788
    three = (
        command - int.from_bytes(one.to_bytes(4, "big"), "little") * int.from_bytes(two.to_bytes(4, "big"), "little")
    ) % (1 << 64)
    head = one.to_bytes(4, "big") + two.to_bytes(4, "big") + three.to_bytes(8, "little")
    return int.from_bytes(head + DICE.randbytes(240), "big") | 1


def repeated(times: int) -> int:
    content = bytearray(DICE.randbytes(256))
    content[0] = 0xC1
    content[99 : 101 + times] = b"\x01" + b"\xa5" * times + b"\x02"
    return int.from_bytes(content, "big") | 1


# The product of the first primes above 2^1023 + 2^1022 and such, so to say: two numbers that are nearly all zero.
SPARSE = without_small_factors((0xC0 << 1016 | 0x11223) * (0xE0 << 1016 | 0x4A3B1))


@pytest.mark.parametrize(
    ("modulus", "oddity"),
    [
        (SPARSE, RsaFlaw.SPARSE),
        (with_ones(0.5), None),
        (with_ones(0.45), None),
        (with_ones(0.7), RsaFlaw.UNEVEN),
        (command_for_xz(0), RsaFlaw.XZ_BACKDOOR),
        (command_for_xz(3), RsaFlaw.XZ_BACKDOOR),
        (command_for_xz(4), None),
        (repeated(16), RsaFlaw.PATTERN),
        (repeated(15), None),
    ],
)
def test_the_oddity_of_a_modulus(modulus: int, oddity: RsaFlaw | None) -> None:
    assert oddity_of(modulus) is oddity


@given(some.integers(1, 1 << 2048))
def test_any_number_has_an_oddity_or_none(modulus: int) -> None:
    oddity_of(modulus)
    is_sparse_prime(modulus)


def test_a_damaged_number_is_left_to_others() -> None:
    assert oddity_of(3 * SPARSE) is RsaFlaw.PATTERN, "that is still in it"
    assert oddity_of(3 * with_ones(0.7)) is not RsaFlaw.UNEVEN


def dsa_key(prime: int) -> CryptoAsset:
    group = tlv(0x30, bytes.fromhex("06072a8648ce380401") + tlv(0x30, integer(prime << 2048) + integer(7) + integer(2)))
    info = tlv(0x30, group + tlv(3, b"\0" + integer(1 << 2100)))
    print_ = sha256(info).hexdigest()
    return asset(CryptoKind.PUBLIC_KEY, print_, algorithm="DSA", public_key=b64encode(info).decode())


def test_sparse_primes_of_dsa() -> None:
    words = sum(DICE.getrandbits(4) << at for at in range(192, 1000, 32))
    sparse = 0x800000 << 1000 | words | DICE.getrandbits(160)
    assert is_sparse_prime(sparse)
    assert not is_sparse_prime(sparse | 1 << 210)
    assert not is_sparse_prime(sparse | 1 << 1022)
    assert not is_sparse_prime(sparse >> 1)


def test_they_are_reported_once_and_sound_keys_are_not() -> None:
    odd = rsa_key(SPARSE, artefact="etc/a"), rsa_key(SPARSE, artefact="etc/b")
    sound = rsa_key(with_ones(0.5)), dsa_key(12345), asset(CryptoKind.PUBLIC_KEY, "aa"), *anchors()
    (finding,) = findings(implausible_keys(inventory(assets=(*odd, *sound)), NOTHING))
    assert (finding.severity, finding.subtype) == (Severity.CRITICAL, "key")
    assert finding.title == "RSA key of etc/a was not made by a sound generator"
    assert {place.artefact for place in finding.evidence} == {"etc/a", "etc/b"}


def test_each_oddity_has_a_meaning() -> None:
    for modulus in (with_ones(0.7), command_for_xz(1), repeated(16)):
        (finding,) = findings(implausible_keys(inventory(assets=(rsa_key(modulus),)), NOTHING))
        assert finding.description.endswith(".")
