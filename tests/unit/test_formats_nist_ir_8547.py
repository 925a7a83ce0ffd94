"""Verdicts of NIST IR 8547."""

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.matchers.inventories import asset
from tests.support import contract_checks

from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.crypto_compliance import ApprovalStatus, ComplianceVerdict, SecurityKind
from pellucid.domain.crypto_use import Primitive
from pellucid.formats import crypto_algorithms
from pellucid.formats.nist_ir_8547 import record_of, record_of_key

COMPLIANT, NOT_COMPLIANT, NOT_COVERED = ComplianceVerdict
ROWS = crypto_algorithms.algorithms()


def dates(algorithm: str, parameters: str = "") -> list[tuple[str, int]]:
    return [(item.status.value, item.year) for item in record_of(algorithm, parameters).transitions]


@pytest.mark.parametrize(
    ("algorithm", "parameters", "strength"),
    [
        ("RSA", "2048", 112),
        ("RSA", "3071", 112),
        ("RSA-PSS", "2048", 112),
        ("ECDSA", "P-224", 112),
        ("ECDSA", "secp224r1", 112),
        ("ECDH", "P-224", 112),
        ("DH", "2048", 112),
    ],
)
def test_112_bits_are_deprecated_after_2030_and_disallowed_after_2035(
    algorithm: str, parameters: str, strength: int
) -> None:
    assert dates(algorithm, parameters) == [("DEPRECATED", 2030), ("DISALLOWED", 2035)]
    record = record_of(algorithm, parameters)
    assert (record.strength, record.is_compliant, record.quantum_vulnerable) == (strength, False, True)


@pytest.mark.parametrize(
    ("algorithm", "parameters", "strength"),
    [
        ("RSA", "3072", 128),
        ("RSA", "4096", 128),
        ("RSA", "15360", 256),
        ("ECDSA", "prime256v1", 128),
        ("EC", "P-384", 192),
        ("ECDSA", "P-521", 256),
        ("Ed25519", "", 128),
        ("Ed25519", "256", 128),
        ("EdDSA", "Ed448", 224),
        ("DH", "3072", 128),
        ("ECDH", "brainpoolP512r1", 256),
    ],
)
def test_128_bits_and_more_are_disallowed_after_2035(algorithm: str, parameters: str, strength: int) -> None:
    assert dates(algorithm, parameters) == [("DISALLOWED", 2035)]
    assert record_of(algorithm, parameters).strength == strength


def test_less_than_112_bits_has_been_disallowed_for_long() -> None:
    for algorithm, parameters, strength in (("RSA", "1024", 80), ("RSA", "512", 0), ("ECDSA", "P-192", 80)):
        assert dates(algorithm, parameters) == [("DISALLOWED", 2013)]
        assert record_of(algorithm, parameters).strength == strength


def test_of_an_unknown_size_only_the_last_date_is_certain() -> None:
    record = record_of("RSA")
    assert [(item.status, item.year) for item in record.transitions] == [(ApprovalStatus.DISALLOWED, 2035)]
    assert record.note


def test_status_holds_after_the_end_of_its_year() -> None:
    record = record_of("RSA", "2048")
    assert [record.status(year) for year in (2030, 2031, 2035, 2036)] == [
        ApprovalStatus.ACCEPTABLE,
        ApprovalStatus.DEPRECATED,
        ApprovalStatus.DEPRECATED,
        ApprovalStatus.DISALLOWED,
    ]
    assert record_of("ML-KEM").status(2040) is ApprovalStatus.ACCEPTABLE
    assert record_of("ChaCha20").status(2026) is ApprovalStatus.UNSPECIFIED


@pytest.mark.parametrize(
    ("algorithm", "parameters", "kind", "strength", "category"),
    [
        ("ML-DSA", "ML-DSA-44", SecurityKind.DIGITAL_SIGNATURE, 128, 2),
        ("ML-DSA-65", "", SecurityKind.DIGITAL_SIGNATURE, 192, 3),
        ("SLH-DSA", "SLH-DSA-SHAKE-256f", SecurityKind.DIGITAL_SIGNATURE, 256, 5),
        ("LMS", "192", SecurityKind.DIGITAL_SIGNATURE, 192, 3),
        ("ML-KEM", "ML-KEM-512", SecurityKind.KEY_ESTABLISHMENT, 128, 1),
        ("mlkem768", "", SecurityKind.KEY_ESTABLISHMENT, 192, 3),
        ("X25519MLKEM768", "", SecurityKind.KEY_ESTABLISHMENT, 192, 3),
        ("AES", "128", SecurityKind.BLOCK_CIPHER, 128, 1),
        ("aes256", "", SecurityKind.BLOCK_CIPHER, 256, 5),
        ("SHA-256", "", SecurityKind.HASH_AND_XOF, 128, 2),
        ("SHA3-384", "", SecurityKind.HASH_AND_XOF, 192, 4),
        ("SHAKE128", "", SecurityKind.HASH_AND_XOF, 128, 2),
    ],
)
def test_what_may_stay(algorithm: str, parameters: str, kind: SecurityKind, strength: int, category: int) -> None:
    record = record_of(algorithm, parameters)
    assert record.verdict is COMPLIANT
    assert record.is_compliant
    assert record.security is not None
    assert (record.security.kind, record.security.strength, record.security.category) == (kind, strength, category)
    assert not record.quantum_vulnerable
    assert dates(algorithm, parameters) == [("ACCEPTABLE", 0)]


def test_what_may_stay_has_no_strength_where_its_parameters_are_not_known() -> None:
    for algorithm in ("AES", "ML-KEM", "SLH-DSA", "HMAC"):
        assert record_of(algorithm).verdict is COMPLIANT
        assert record_of(algorithm).security is None


def test_what_is_withdrawn_says_since_when_and_what_to_use_instead() -> None:
    assert dates("SHA-1")[-1] == ("DISALLOWED", 2030)
    assert dates("3DES")[-1] == ("DISALLOWED", 2023)
    assert dates("DSA", "2048") == [("LEGACY_USE", 2023)]
    assert [item.algorithm for item in record_of("SHA-1").recommendations] == ["SHA-256"]
    assert [item.parameter for item in record_of("DES").recommendations] == ["256"]
    assert [item.parameter for item in record_of("DSA", "3072").recommendations] == ["ML-DSA-44", "SLH-DSA-SHA2-128s"]


def test_what_is_broken_and_was_never_approved_may_not_stay_and_what_is_not_nists_own_is_not_covered() -> None:
    for algorithm in ("MD5", "RC4", "X25519", "SM2", "ElGamal", "HMAC-MD5"):
        assert record_of(algorithm).verdict is NOT_COMPLIANT
    assert record_of("HMAC", "HMAC-MD5").verdict is NOT_COMPLIANT
    assert record_of("HMAC", "HMAC-SHA-256").verdict is COMPLIANT
    for algorithm in ("ChaCha20", "Camellia", "BLAKE2b", "SM4", "bcrypt", "Kyber", "sntrup761x25519", "no such thing"):
        assert record_of(algorithm).verdict is NOT_COVERED
        assert record_of(algorithm).is_compliant is None


@pytest.mark.parametrize(
    ("algorithm", "parameters", "strength", "instead"),
    [
        ("X25519", "", 128, "ML-KEM-768"),
        ("Curve25519", "", 128, "ML-KEM-768"),
        ("X448", "", 224, "ML-KEM-1024"),
        ("SM2", "", 128, "ML-DSA-44"),
        ("ElGamal", "", 0, "ML-KEM-768"),
        ("ElGamal", "2048", 112, "ML-KEM-768"),
        ("ElGamal", "3072", 128, "ML-KEM-768"),
    ],
)
def test_what_was_never_approved_has_a_strength_and_no_category(
    algorithm: str, parameters: str, strength: int, instead: str
) -> None:
    record = record_of(algorithm, parameters)
    assert (record.verdict, record.strength, record.security) == (NOT_COMPLIANT, strength, None)
    assert record.recommendations[0].parameter == instead
    assert dates(algorithm, parameters) == []


def test_recommendations_are_as_strong_and_for_the_same_use() -> None:
    both = [item.parameter for item in record_of("RSA", "2048").recommendations]
    assert both == ["ML-DSA-44", "SLH-DSA-SHA2-128s", "ML-KEM-768"]
    signing = record_of("EC", "P-384", Primitive.SIGNATURE).recommendations
    assert [item.parameter for item in signing] == ["ML-DSA-65", "SLH-DSA-SHA2-192s"]
    assert [item.parameter for item in record_of("ECDH", "P-521").recommendations] == ["ML-KEM-1024"]
    assert [item.parameter for item in record_of("Ed448").recommendations] == ["ML-DSA-87", "SLH-DSA-SHA2-256s"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_algorithm_has_a_verdict_or_an_honest_word_that_it_has_none(row: crypto_algorithms.Algorithm) -> None:
    for parameters in ("", *map(str, row.sizes), *row.sets):
        record = record_of(row.name, parameters)
        assert record.algorithm == row.name
        assert record.quantum_vulnerable == row.quantum_vulnerable
        if row.quantum_vulnerable or row.standing is crypto_algorithms.Standing.WEAK:
            assert record.verdict is NOT_COMPLIANT
        if record.verdict is NOT_COVERED:
            assert record.note
            assert not record.transitions
        if record.verdict is COMPLIANT:
            assert not record.recommendations


def test_the_key_of_an_asset_is_judged_by_its_curve_or_size_and_its_usages() -> None:
    signing = asset(CryptoKind.CERTIFICATE, "aa", usages=("digitalSignature", "keyCertSign"))
    assert [item.parameter for item in record_of_key(signing).recommendations] == ["ML-DSA-44", "SLH-DSA-SHA2-128s"]
    both = asset(CryptoKind.CERTIFICATE, "aa", usages=("digitalSignature", "keyEncipherment"))
    assert len(record_of_key(both).recommendations) == 3
    elliptic = asset(CryptoKind.PUBLIC_KEY, "aa", algorithm="EC", key_bits=384, curve="P-384")
    assert record_of_key(elliptic).strength == 192
    assert record_of_key(asset(CryptoKind.PRIVATE_KEY, "aa", algorithm="PKCS#8", key_bits=0)).is_compliant is None


def test_the_document_of_what_may_not_stay() -> None:
    assert record_of("DH", "2048").document() == {
        "algorithm": "DH",
        "parameter": {
            "parameter": "2048",
            "transitions": [{"status": "DEPRECATED", "year": 2030}, {"status": "DISALLOWED", "year": 2035}],
        },
        "notCompliant": {
            "recommendations": [
                {
                    "algorithm": "ML-KEM",
                    "parameter": "ML-KEM-768",
                    "security": {"keyEstablishment": {"securityStrength": "192", "securityCategory": 3}},
                }
            ]
        },
    }


def test_the_document_of_what_may_stay_and_of_what_is_not_covered() -> None:
    assert record_of("SHA-384").document() == {
        "algorithm": "SHA-384",
        "parameter": {"parameter": "", "transitions": [{"status": "ACCEPTABLE"}]},
        "compliant": {
            "security": {
                "hashAndXOF": {
                    "collisionSecurityStrength": "192",
                    "collisionSecurityCategory": 4,
                    "preimageSecurityStrength": "384",
                    "preimageSecurityCategory": 5,
                }
            }
        },
    }
    assert record_of("ChaCha20").document() == {
        "algorithm": "ChaCha20",
        "parameter": {"parameter": "", "transitions": []},
    }


def test_documents_are_as_the_contract_has_them() -> None:
    schema = {"$ref": "#/components/schemas/NISTIR8547", "components": contract_checks.document()["components"]}
    validator = jsonschema_rs.Draft4Validator(schema)
    for row in ROWS:
        for parameters in ("", *map(str, row.sizes), *row.sets):
            document = record_of(row.name, parameters).document()
            assert not list(validator.iter_errors(document)), document


@given(st.sampled_from([row.name for row in ROWS]) | st.text(max_size=100), st.text(max_size=100))
def test_any_words_have_a_record(algorithm: str, parameters: str) -> None:
    for primitive in (None, Primitive.SIGNATURE, Primitive.HASH):
        record_of(algorithm, parameters, primitive).document()
