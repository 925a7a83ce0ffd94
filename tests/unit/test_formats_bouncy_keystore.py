"""Key stores of BouncyCastle."""

import hmac
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import Malformed
from pellucid.formats import bouncy_keystore, password_based

SALT, ROUNDS = bytes(range(20)), 1024


def text(value: bytes) -> bytes:
    return struct.pack(">H", len(value)) + value


def sized(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def entry(kind: int, alias: bytes, *chain: bytes, time: int = 0) -> bytes:
    certificates = b"".join(text(b"X.509") + sized(item) for item in chain)
    return bytes([kind]) + text(alias) + struct.pack(">QI", time, len(chain)) + certificates


PLAIN_KEY = b"\0" + text(b"PKCS#8") + text(b"RSA") + sized(b"encoded")
TRUSTED = entry(1, b"authority") + text(b"X.509") + sized(b"certificate 1")
OPEN = entry(2, b"open", b"certificate 2") + PLAIN_KEY
SECRET = entry(3, b"secret") + sized(b"bytes")
SEALED = entry(4, b"device", b"certificate 3", b"certificate 4") + sized(b"sealed key")


def keystore(*entries: bytes, version: int = 2, rounds: int = ROUNDS, salt: bytes = SALT) -> bytes:
    head = struct.pack(">I", version) + sized(salt) + struct.pack(">I", rounds)
    content = b"".join(entries) + b"\0"
    size = 20 if version == 2 else 2
    key = password_based.derive("sha1", "pass", salt, min(rounds, ROUNDS), purpose=password_based.MAC, length=size)
    return head + content + hmac.digest(key, content, "sha1")


@pytest.mark.parametrize("version", [1, 2])
def test_reads_every_kind_of_entry(version: int) -> None:
    data = b"\xff" + keystore(TRUSTED, OPEN, SECRET, SEALED, version=version) + b"\xff"
    found = bouncy_keystore.read(data, 1)
    assert (found.format, found.version, found.start, found.end) == ("bks", version, 1, len(data) - 1)
    assert [(item.alias, item.sealed, item.chain) for item in found.entries] == [
        ("authority", b"", (b"certificate 1",)),
        ("open", b"", (b"certificate 2",)),
        ("secret", b"", ()),
        ("device", b"sealed key", (b"certificate 3", b"certificate 4")),
    ]
    assert bouncy_keystore.fits(found, data, "pass")
    assert not bouncy_keystore.fits(found, data, "Pass")
    assert not bouncy_keystore.fits(found, data, "")


def test_what_is_sealed_is_a_key_of_some_kind() -> None:
    assert bouncy_keystore.unsealed(PLAIN_KEY) == b"encoded"
    assert bouncy_keystore.unsealed(b"\2" + PLAIN_KEY[1:]) == b""
    scheme, encrypted = bouncy_keystore.sealing(sized(SALT) + struct.pack(">I", ROUNDS) + b"encrypted")
    assert (scheme.salt, scheme.rounds, scheme.cipher, encrypted) == (SALT, ROUNDS, "3des", b"encrypted")
    with pytest.raises(Malformed):
        bouncy_keystore.unsealed(PLAIN_KEY + b"\0")


@pytest.mark.parametrize("rounds", [0, 65_537, 0xFFFFFFFF])
def test_no_more_rounds_than_bouncycastle_accepts(rounds: int) -> None:
    with pytest.raises(Malformed):
        bouncy_keystore.read(keystore(SEALED, rounds=rounds))
    with pytest.raises(Malformed):
        bouncy_keystore.sealing(sized(SALT) + struct.pack(">I", rounds) + b"encrypted")


def test_a_uber_is_the_whole_of_a_file() -> None:
    data = struct.pack(">I", 1) + sized(SALT) + struct.pack(">I", 1500) + b"\xee" * 64
    found = bouncy_keystore.read(data)
    assert (found.format, found.end, found.entries) == ("uber", len(data), ())
    assert not bouncy_keystore.fits(found, data, "pass")
    for other, offset in ((b"\xff" + data, 1), (data + b"\xee", 0), (data[:-64], 0), (b"\0\0\0\2" + data[4:], 0)):
        with pytest.raises(Malformed):
            bouncy_keystore.read(other, offset)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        keystore(),
        keystore(TRUSTED)[:-1],
        keystore(entry(5, b"a")),
        keystore(TRUSTED, salt=bytes(20)),
        keystore(TRUSTED, salt=bytes(range(19))),
        keystore(entry(3, b"late", time=1 << 44) + sized(b"bytes")),
        keystore(entry(3, b"long") + struct.pack(">I", 1 << 31)),
        keystore(entry(4, b"many", *[b"c"] * 65) + sized(b"sealed")),
    ],
)
def test_refuses_what_is_none(data: bytes) -> None:
    with pytest.raises(Malformed):
        bouncy_keystore.read(data)


WHOLE = keystore(TRUSTED, OPEN, SECRET, SEALED)


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_damage_gives_a_store_or_malformed(at: int, octet: int) -> None:
    data = bytearray(WHOLE)
    data[at] = octet
    with suppress(Malformed):
        assert bouncy_keystore.read(bytes(data)).end <= len(data)


@given(st.binary(max_size=200))
def test_any_sealed_key_is_read_or_malformed(data: bytes) -> None:
    with suppress(Malformed):
        assert bouncy_keystore.sealing(data)[0].rounds <= bouncy_keystore.MOST_ROUNDS
    with suppress(Malformed):
        assert bouncy_keystore.unsealed(data) in data
