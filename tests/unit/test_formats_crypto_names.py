"""The names of algorithms in programs: long enough to be searched, and in the form that programs hold them in."""

import pytest

from pellucid.formats import crypto_names


@pytest.mark.parametrize("vocabulary", ["go", "java", "windows", "python"])
def test_has_names_that_can_be_searched(vocabulary: str) -> None:
    found = crypto_names.literals(vocabulary)
    assert len(found) > 30
    assert all(len(literal) >= 4 and entry.choices for literal, entry in found.items())


@pytest.mark.parametrize(
    ("vocabulary", "literal", "algorithms"),
    [
        ("go", b"crypto/aes.", ["AES"]),
        ("java", b"\x01\x00\x03MD5", ["MD5"]),
        ("java", b"\x01\x00\x10PBEWithMD5AndDES", ["DES", "PBKDF1"]),
        ("windows", b"\0\0R\0C\x004\0\0\0", ["RC4"]),
        ("python", b"hashlib.sha1(", ["SHA-1"]),
    ],
)
def test_says_what_a_name_stands_for(vocabulary: str, literal: bytes, algorithms: list[str]) -> None:
    entry = crypto_names.literals(vocabulary)[literal]
    assert [choice.algorithm.name for choice in entry.choices if choice.algorithm] == algorithms
