"""CMS messages, and the names in them."""

from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pellucid.errors import Malformed
from pellucid.formats import cms, der, x500_name

KEY = ec.derive_private_key(7, ec.SECP256R1())
NAME = x509.Name(
    [x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(x509.NameOID.COMMON_NAME, "Straße")]
)
CERTIFICATE = x509.CertificateBuilder(
    NAME, NAME, KEY.public_key(), 4711, datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
).sign(KEY, hashes.SHA256())
SIGNED = (
    pkcs7.PKCS7SignatureBuilder()
    .set_data(b"text")
    .add_signer(CERTIFICATE, KEY, hashes.SHA256())
    .sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
)


def read(data: bytes, offset: int = 0) -> cms.Message:
    return cms.read(data, der.element(data, offset, longest=cms.LONGEST))


def test_reads_signers_and_certificates() -> None:
    found = read(b"\xff" + SIGNED + b"\xff", 1)
    assert (found.kind, found.content) == (cms.SIGNED, "1.2.840.113549.1.7.1")
    assert (found.start, found.end) == (1, 1 + len(SIGNED))
    assert found.certificates == (CERTIFICATE.public_bytes(Encoding.DER),)
    (signer,) = found.signers
    assert (signer.issuer, signer.serial, signer.key_id) == (NAME.public_bytes(), 4711, b"")
    assert (signer.digest, signer.signature) == ("2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2")


def test_what_is_signed_can_be_proved() -> None:
    found = read(SIGNED)
    (signer,) = found.signers
    assert signer.unsigned == ()
    attributes = dict(cms.attributes(signer.signed))
    assert attributes[cms.MESSAGE_DIGEST] == b"\x04\x20" + sha256(found.inner).digest()
    key = CERTIFICATE.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(signer.value, signer.signed, ec.ECDSA(hashes.SHA256()))


def test_signed_data_is_read_without_what_says_its_kind() -> None:
    whole = der.element(SIGNED, 0, longest=cms.LONGEST)
    _, wrapped = der.children(SIGNED, whole, longest=cms.LONGEST)
    bare = SIGNED[wrapped.content : wrapped.end]
    assert bare[4:].startswith(cms.BARE_BEGINS)
    found = cms.signed_data(b"\xff" + bare, der.element(b"\xff" + bare, 1, longest=cms.LONGEST))
    assert found == structs.replace(read(SIGNED), start=1, end=1 + len(bare))
    with pytest.raises(Malformed):
        read(bare)


def test_a_message_may_have_no_signers() -> None:
    found = read(pkcs7.serialize_certificates([CERTIFICATE, CERTIFICATE], Encoding.DER))
    assert (len(found.certificates), found.signers) == (2, ())


def test_reads_names_in_their_order() -> None:
    assert x500_name.attributes(NAME.public_bytes()) == [[("2.5.4.6", "DE")], [("2.5.4.3", "Straße")]]


@pytest.mark.parametrize("text", ["3000", "300b06092a864886f70d010702", "300f06092a864886f70d010702a0023000", "0500"])
def test_refuses_what_is_none(text: str) -> None:
    with pytest.raises(Malformed):
        read(bytes.fromhex(text))


@pytest.mark.parametrize("text", ["3003020100", "30053003020100", "300a310830060603550403" + "02"])
def test_refuses_what_is_no_name(text: str) -> None:
    with pytest.raises(Malformed):
        x500_name.attributes(bytes.fromhex(text))


@given(st.integers(0, len(SIGNED) - 1), st.integers(0, 255))
def test_damage_gives_a_message_or_malformed(at: int, octet: int) -> None:
    data = SIGNED[:at] + bytes([octet]) + SIGNED[at + 1 :]
    with suppress(Malformed):
        found = read(data)
        assert found.end <= len(data)
        for signer in found.signers:
            x500_name.attributes(signer.issuer)
