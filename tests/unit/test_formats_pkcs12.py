"""PKCS#12 stores, and the encryption with passwords in them."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, pkcs12
from hypothesis import given
from hypothesis import strategies as st
from tests.support import ber_forms

from pellucid.errors import Malformed, Unsupported
from pellucid.formats import ber, der, password_based, rc2
from pellucid.formats import pkcs12 as stores

KEY = ec.derive_private_key(7, ec.SECP256R1())
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a")])
CERTIFICATE = x509.CertificateBuilder(
    NAME, NAME, KEY.public_key(), 1, datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
).sign(KEY, hashes.SHA256())
ENCRYPTION = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(3)
MODERN = ENCRYPTION.hmac_hash(hashes.SHA384()).build(b"pass")
OLD = ENCRYPTION.hmac_hash(hashes.SHA1()).key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).build(b"pass")


def store(encryption: object) -> tuple[bytes, stores.Store]:
    data = pkcs12.serialize_key_and_certificates(b"device", KEY, CERTIFICATE, None, encryption)  # type: ignore[arg-type]  # what the builder makes has no public type
    return data, stores.read(data, ber.Work())


@pytest.mark.parametrize("encryption", [MODERN, OLD], ids=["modern", "old"])
def test_a_password_opens_a_store(encryption: object) -> None:
    data, found = store(encryption)
    assert (found.start, found.end, found.unread) == (0, len(data), "")
    assert found.mac
    assert found.mac.rounds == 2048
    assert [stores.fits(found.mac, password, found.sealed) for password in ("pass", "Pass", "", None)] == [
        True,
        False,
        False,
        False,
    ]
    bags = list[stores.Bag]()
    for part in found.parts:
        content = password_based.decrypt(part.scheme, "pass", part.content) if part.scheme else part.content
        bags += stores.bags(content)
    kinds = {bag.kind: bag for bag in bags}
    assert kinds[stores.BagKind.CERTIFICATE].content == CERTIFICATE.public_bytes(Encoding.DER)
    scheme, encrypted = stores.shrouded(kinds[stores.BagKind.SHROUDED_KEY].content)
    assert scheme.rounds == 3
    assert password_based.decrypt(scheme, "pass", encrypted).startswith(b"\x30")
    assert {bag.name for bag in bags} == {"device"}


@pytest.mark.parametrize("encryption", [MODERN, OLD], ids=["modern", "old"])
@pytest.mark.parametrize("segment", [16, 1000])
def test_a_store_in_ber_holds_what_its_twin_holds(encryption: object, segment: int) -> None:
    data, twin = store(encryption)
    rewritten = ber.convert(ber_forms.streamed_store(data, "pass", segment), 0, ber.Work())
    found = stores.read(rewritten.encoded, ber.Work())
    assert found.sealed.startswith(b"\x30\x80")
    assert found.parts == twin.parts
    assert found.mac
    assert [stores.fits(found.mac, password, found.sealed) for password in ("pass", "Pass")] == [True, False]


def test_the_derivation_is_that_of_the_specification() -> None:
    # Computed with OpenSSL's PKCS12KDF: openssl kdf -kdfopt id:1 ... PKCS12KDF
    salt = bytes.fromhex("0102030405060708")
    derived = password_based.derive("sha256", "smeg", salt, 1000, purpose=password_based.KEY, length=40)
    assert derived.hex() == ("cc51b09301583ef836c4aea0bdbfd08c8bfd843661354c6b1f53536ad5bba00e87c267958f71f9b6")


@pytest.mark.parametrize(
    ("key", "plain", "encrypted"),
    [
        ("ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"),
        ("3000000000000000", "1000000000000001", "30649edf9be7d2c2"),
        ("88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"),
    ],
)
def test_rc2_decrypts_the_vectors_of_its_specification(key: str, plain: str, encrypted: str) -> None:
    table = bytes.fromhex(password_based.table()["rc2"]["pi"])
    assert rc2.decrypt(bytes.fromhex(key), bytes(8), bytes.fromhex(encrypted), table).hex() == plain


def test_rc2_refuses_broken_blocks() -> None:
    with pytest.raises(Malformed):
        rc2.decrypt(b"12345", bytes(8), b"1234567", bytes(256))


def test_an_unknown_encryption_is_named() -> None:
    data = bytes.fromhex("300d06092a864886f70d01010105 00".replace(" ", ""))[:-2] + b"\5\0"
    with pytest.raises(Malformed):
        password_based.read(data, der.element(data, 0))
    other = bytes.fromhex("300b0609" + "2a864886f70d010501")
    with pytest.raises((Malformed, Unsupported)):
        password_based.read(other, der.element(other, 0))


@given(st.sampled_from([MODERN, OLD]).map(store), st.data())
def test_damage_gives_a_store_or_malformed(made: tuple[bytes, stores.Store], data: st.DataObject) -> None:
    octets = bytearray(made[0])
    octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(octets)
    with suppress(Malformed):
        found = stores.read(damaged, ber.Work())
        for part in found.parts:
            if part.scheme is None:
                for bag in stores.bags(part.content):
                    if bag.kind is stores.BagKind.SHROUDED_KEY:
                        stores.shrouded(bag.content)
            elif part.scheme.rounds < 100:
                list(stores.bags(password_based.decrypt(part.scheme, "pass", part.content)))
