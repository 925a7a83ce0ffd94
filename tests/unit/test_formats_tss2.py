"""Keys of a TPM."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.golden_new_keys import element, tpm_ec, tpm_key, tpm_rsa

from pellucid.errors import Malformed
from pellucid.formats import der, tss2

EC = tpm_ec()


def read(data: bytes) -> tss2.TpmKey:
    return tss2.read(data, der.element(data, 0))


def test_reads_rsa() -> None:
    key = read(tpm_rsa())
    assert (key.modulus.bit_length(), key.exponent, key.curve) == (1024, 65537, "")


def test_reads_a_point_behind_a_cipher_and_a_scheme() -> None:
    key = read(EC)
    assert (key.curve, key.modulus) == ("P-256", 0)
    prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    assert (key.y**2 - key.x**3 + 3 * key.x - b) % prime == 0


def test_other_kinds_have_no_public_half() -> None:
    assert read(tpm_key(bytes.fromhex("0008000b000000520000"))) == tss2.TpmKey()


@pytest.mark.parametrize(
    "data", [element(0x30, b""), element(0x30, element(6, b"\x2a") * 4), tpm_key(b"\0\1"), b"\5\0"]
)
def test_refuses_what_is_none(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


@given(st.integers(0, len(EC) - 1), st.integers(0, 255))
def test_damage_gives_a_key_or_malformed(at: int, octet: int) -> None:
    with suppress(Malformed):
        read(EC[:at] + bytes([octet]) + EC[at + 1 :])
