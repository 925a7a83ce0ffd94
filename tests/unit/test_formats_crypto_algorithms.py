"""The table of algorithms: names that do not contradict each other, and what they stand for."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.domain.crypto_use import Primitive
from pellucid.formats import crypto_algorithms
from pellucid.formats.crypto_algorithms import Standing


def plain(name: str) -> str:
    return "".join(c for c in name.lower() if c not in "-_/.:() ")


def test_each_name_stands_for_one_algorithm() -> None:
    names = Counter(
        plain(name) for row in crypto_algorithms.algorithms() for name in {plain(n) for n in (row.name, *row.aliases)}
    )
    assert [name for name, count in names.items() if count > 1] == []
    sets = [plain(name) for row in crypto_algorithms.algorithms() for name in row.sets]
    assert len(sets) == len(set(sets))
    assert not set(sets) & set(names)


def test_each_name_of_a_curve_stands_for_one() -> None:
    names = Counter(plain(name) for row in crypto_algorithms.curves() for name in (row.name, *row.aliases))
    assert [name for name, count in names.items() if count > 1] == []
    assert all(str(row.bits) in row.name or row.name == "Curve25519" for row in crypto_algorithms.curves())


def test_has_what_firmware_has() -> None:
    assert len(crypto_algorithms.algorithms()) >= 120
    assert all(row.primitive is not Primitive.UNKNOWN for row in crypto_algorithms.algorithms())
    quantum = {row.name for row in crypto_algorithms.algorithms() if row.quantum_vulnerable}
    assert {"RSA", "DSA", "DH", "ECDH", "ECDSA", "Ed25519", "X25519", "SM2", "ElGamal"} <= quantum
    assert not quantum & {"ML-KEM", "ML-DSA", "SLH-DSA", "AES", "SHA-256", "LMS", "X25519MLKEM768"}


@pytest.mark.parametrize(
    ("name", "algorithm", "parameters"),
    [
        ("aes256", "AES", "256"),
        ("AES_128", "AES", "128"),
        ("Rijndael", "AES", ""),
        ("des-ede3", "3DES", ""),
        ("sha1", "SHA-1", ""),
        ("SHA2-256", "SHA-256", ""),
        ("sha3-256", "SHA3-256", ""),
        ("sha512/256", "SHA-512/256", ""),
        ("ml-kem-768", "ML-KEM", "ML-KEM-768"),
        ("kyber768", "Kyber", "Kyber768"),
        ("hmac-sha2-256", "", ""),
        ("HMAC-SHA256", "HMAC", "HMAC-SHA-256"),
        ("arcfour", "RC4", ""),
        ("ecdhe", "ECDH", ""),
        ("slh-dsa-shake-256f", "SLH-DSA", "SLH-DSA-SHAKE-256f"),
        ("nonsense", "", ""),
    ],
)
def test_finds_what_a_name_stands_for(name: str, algorithm: str, parameters: str) -> None:
    found = crypto_algorithms.find(name)
    if not algorithm:
        assert found is None
        return
    assert found is not None
    assert (found.algorithm.name, found.parameters) == (algorithm, parameters)
    assert crypto_algorithms.by_name(algorithm) is found.algorithm


def test_says_what_they_are_worth() -> None:
    standing = {row.name: row.standing for row in crypto_algorithms.algorithms()}
    assert standing["MD5"] is standing["RC4"] is standing["DES"] is Standing.WEAK
    assert standing["SHA-1"] is standing["3DES"] is Standing.DEPRECATED
    assert standing["AES"] is standing["SHA-256"] is standing["RSA"] is Standing.CURRENT


@pytest.mark.parametrize(
    ("name", "curve"), [("prime256v1", "P-256"), ("NIST P-256", "P-256"), ("P-255", ""), ("x25519", "Curve25519")]
)
def test_finds_curves(name: str, curve: str) -> None:
    found = crypto_algorithms.curve(name)
    assert (found.name if found else "") == curve


@given(st.text())
def test_other_texts_stand_for_nothing(text: str) -> None:
    crypto_algorithms.find(text)
    crypto_algorithms.curve(text)
    assert crypto_algorithms.find(text + "?" * crypto_algorithms.LONGEST_NAME) is None
