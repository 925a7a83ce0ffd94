"""SubjectPublicKeyInfo, alone and in a certificate."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import Malformed
from pellucid.formats import der, spki

KEY = ec.derive_private_key(7, ec.SECP256R1())
INFO = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a")])
CERTIFICATE = (
    x509.CertificateBuilder(
        NAME, NAME, KEY.public_key(), 1, datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
    )
    .sign(KEY, hashes.SHA256())
    .public_bytes(Encoding.DER)
)


def test_reads_an_algorithm_its_parameters_and_the_key() -> None:
    found = spki.read(b"\0" + INFO + b"\0", 1)
    assert found.algorithm == "1.2.840.10045.2.1"
    assert found.parameters == bytes.fromhex("06082a8648ce3d030107")
    assert found.key == KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert found.end == 1 + len(INFO)


def test_an_algorithm_may_have_no_parameters() -> None:
    public = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    found = spki.read(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    assert (found.algorithm, found.parameters, len(found.key)) == ("1.3.101.112", b"", 32)


def test_finds_the_key_of_a_certificate() -> None:
    assert spki.of_certificate(CERTIFICATE) == INFO


@pytest.mark.parametrize("text", ["", "3000", "30053003060130", "300830030601300301" + "07", "020100"])
def test_refuses_what_is_none(text: str) -> None:
    with pytest.raises(Malformed):
        spki.read(bytes.fromhex(text))
    with pytest.raises(Malformed):
        spki.of_certificate(bytes.fromhex(text))


@pytest.mark.parametrize(
    ("text", "name"), [("2a864886f70d010101", "1.2.840.113549.1.1.1"), ("883703", "2.999.3"), ("00", "0.0")]
)
def test_object_identifiers_are_written_with_dots(text: str, name: str) -> None:
    data = bytes([der.OID, len(text) // 2]) + bytes.fromhex(text)
    assert der.oid(data, der.element(data, 0)) == name


@pytest.mark.parametrize("text", ["0600", "060188", "020101", "0641" + "01" * 65])
def test_refuses_object_identifiers_without_an_end(text: str) -> None:
    data = bytes.fromhex(text)
    with pytest.raises(Malformed):
        der.oid(data, der.element(data, 0))


def test_numbers_have_a_sign() -> None:
    for number, text in ((5, "020105"), (-1, "0201ff"), (255, "020200ff")):
        data = bytes.fromhex(text)
        assert der.integer(data, der.element(data, 0)) == number
    with pytest.raises(Malformed):
        der.integer(b"\x02\0", der.element(b"\x02\0", 0))


@given(st.integers(0, len(CERTIFICATE) - 1), st.integers(0, 255), st.booleans())
def test_damage_gives_a_value_or_malformed(at: int, octet: int, cut: bool) -> None:
    data = CERTIFICATE[:at] if cut else CERTIFICATE[:at] + bytes([octet]) + CERTIFICATE[at + 1 :]
    with suppress(Malformed):
        info = spki.of_certificate(data)
        assert spki.read(info).end <= len(info)


def test_the_numbers_of_an_rsa_key_are_all_of_it() -> None:
    key = bytes.fromhex("3008" + "02020123" + "02020101")
    assert spki.rsa_numbers(key) == (0x123, 0x101)
    for broken in (b"", key + b"\0", key[:-1], key[:6], bytes.fromhex("3008" + "04020123" + "02020101")):
        with pytest.raises(Malformed):
            spki.rsa_numbers(broken)


@given(st.binary(max_size=60))
def test_whatever_stands_for_an_rsa_key(content: bytes) -> None:
    with suppress(Malformed):
        spki.rsa_numbers(content)
