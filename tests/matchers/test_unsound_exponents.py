"""Public exponents of RSA keys, and the numbers of RSA keys in hostile bytes."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matchers.inventories import asset, findings, inventory
from tests.matchers.keys_and_certificates import anchors, certificate, rsa_info, rsa_key
from tests.support.statements import Statements

from pellucid.domain.crypto_asset import CryptoKind, Encoding
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.rsa import RsaNumbers, rsa_numbers
from pellucid.matchers.unsound_exponents import unsound_exponents

NOTHING = Statements()
MODULUS = (1 << 2047) + 9


@pytest.mark.parametrize(
    ("exponent", "severity", "shown"),
    [
        (1, Severity.CRITICAL, "1"),
        (4, Severity.HIGH, "4"),
        (3, Severity.LOW, "3"),
        (65535, Severity.LOW, "65535"),
        ((1 << 300) + 1, Severity.LOW, "of 301 bits"),
        (MODULUS, Severity.HIGH, "of 2048 bits"),
    ],
)
def test_an_exponent_that_no_key_should_have_is_reported(exponent: int, severity: Severity, shown: str) -> None:
    (finding,) = findings(unsound_exponents(inventory(assets=(rsa_key(MODULUS, exponent),)), NOTHING))
    assert (finding.severity, finding.subtype) == (severity, "key")
    assert finding.title == f"RSA key of etc/key has the exponent {shown}"


@pytest.mark.parametrize("exponent", [65537, 65539, (1 << 255) + 1])
def test_others_are_not(exponent: int) -> None:
    assert findings(unsound_exponents(inventory(assets=(rsa_key(MODULUS, exponent),)), NOTHING)) == []


def test_a_small_exponent_of_an_anchor_is_its_authoritys_affair() -> None:
    numbers = {"public_key": rsa_key(MODULUS, 3).public_key}
    anchor = certificate("old", anchors()[0].evidence.artefact, is_ca=True, is_self_signed=True, **numbers)
    assert findings(unsound_exponents(inventory(assets=(*anchors(), anchor)), NOTHING)) == []
    assert len(findings(unsound_exponents(inventory(assets=(anchor,)), NOTHING))) == 1
    person = asset(CryptoKind.PUBLIC_KEY, "aa", encoding=Encoding.OPENPGP, **numbers)
    assert findings(unsound_exponents(inventory(assets=(person,)), NOTHING)) == []


def test_keys_of_other_algorithms_and_keys_that_are_not_known_have_no_exponent() -> None:
    elliptic = rsa_info(MODULUS, 1).replace(bytes.fromhex("2a864886f70d0101"), bytes.fromhex("2a864886f70d0202"))
    for public_key in ("", "no base64", b64encode(elliptic).decode(), "A" * 40_000):
        key = asset(CryptoKind.PUBLIC_KEY, "aa", public_key=public_key)
        assert findings(unsound_exponents(inventory(assets=(key,)), NOTHING)) == []


def test_the_numbers_are_those_of_the_key() -> None:
    assert rsa_numbers(rsa_key(MODULUS, 17)) == RsaNumbers(MODULUS, 17)
    assert rsa_numbers(rsa_key(1 << 20_000)) is None


@given(st.binary(max_size=300) | st.builds(lambda cut: rsa_info(MODULUS)[:cut], st.integers(0, 290)))
def test_any_bytes_are_a_key_or_none(info: bytes) -> None:
    found = rsa_numbers(asset(CryptoKind.PUBLIC_KEY, "aa", public_key=b64encode(info).decode()))
    assert found is None or isinstance(found, RsaNumbers)


@given(st.integers(0, 293), st.integers(0, 255))
def test_a_key_with_one_byte_changed_is_a_key_or_none(at: int, value: int) -> None:
    info = bytearray(rsa_info(MODULUS))
    info[at] = value
    found = rsa_numbers(asset(CryptoKind.PUBLIC_KEY, "aa", public_key=b64encode(info).decode()))
    assert found is None or isinstance(found, RsaNumbers)
