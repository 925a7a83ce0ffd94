"""Java key stores."""

import struct
from contextlib import suppress
from hashlib import sha1

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import Malformed
from pellucid.formats import java_keystore


def text(value: bytes) -> bytes:
    return struct.pack(">H", len(value)) + value


def sized(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def entry(kind: int, alias: bytes) -> bytes:
    return struct.pack(">I", kind) + text(alias) + bytes(8)


TRUSTED = entry(2, b"authority") + text(b"X.509") + sized(b"certificate 1")
KEY = entry(1, b"device") + sized(b"key") + struct.pack(">I", 1) + text(b"X.509") + sized(b"certificate 2")
SECRET = entry(3, b"secret") + b"serialised"


def keystore(*entries: bytes, magic: int = 0xFEEDFEED) -> bytes:
    content = struct.pack(">III", magic, 2, len(entries)) + b"".join(entries)
    return content + sha1("pass".encode("utf-16-be") + b"Mighty Aphrodite" + content).digest()


def test_reads_keys_and_certificates() -> None:
    data = b"\xff" + keystore(TRUSTED, KEY) + b"\xff"
    found = java_keystore.read(data, 1)
    assert (found.format, found.start, found.end, found.whole) == ("jks", 1, len(data) - 1, True)
    assert found.entries == (
        java_keystore.Entry(alias="authority", key=b"", chain=(b"certificate 1",)),
        java_keystore.Entry(alias="device", key=b"key", chain=(b"certificate 2",)),
    )
    assert java_keystore.fits(found, data, "pass")
    assert not java_keystore.fits(found, data, "Pass")


def test_a_secret_key_hides_what_follows() -> None:
    data = keystore(KEY, SECRET, TRUSTED, magic=0xCECECECE)
    found = java_keystore.read(data)
    assert (found.format, found.end, found.whole) == ("jceks", len(data), False)
    assert [item.alias for item in found.entries] == ["device"]
    assert java_keystore.fits(found, data, "pass")


def test_a_key_has_a_password_of_its_own() -> None:
    plain, salt, secret = bytes(range(50)), bytes(range(20)), "pass".encode("utf-16-be")
    first = sha1(secret + salt).digest()
    second = sha1(secret + first).digest()
    stream = first + second + sha1(secret + second).digest()
    content = salt + bytes(a ^ b for a, b in zip(plain, stream, strict=False)) + sha1(secret + plain).digest()
    key = bytes.fromhex("306c300e060a2b060104012a021101010500045a") + content
    assert java_keystore.private_key(key, "pass") == plain
    for broken, password in ((key, "Pass"), (key[:-1], "pass"), (b"\x30\0", "pass"), (b"", "pass")):
        with pytest.raises(Malformed):
            java_keystore.private_key(broken, password)


@pytest.mark.parametrize(
    "data", [b"", keystore(TRUSTED)[:-1], keystore(entry(4, b"a")), struct.pack(">III", 0xFEEDFEED, 1, 0) + bytes(20)]
)
def test_refuses_what_is_none(data: bytes) -> None:
    with pytest.raises(Malformed):
        java_keystore.read(data)


@given(st.integers(0, len(keystore(TRUSTED, KEY)) - 1), st.integers(0, 255))
def test_damage_gives_a_store_or_malformed(at: int, octet: int) -> None:
    data = bytearray(keystore(TRUSTED, KEY))
    data[at] = octet
    with suppress(Malformed):
        assert java_keystore.read(bytes(data)).end <= len(data)
