"""Keys of signify, usign and minisign."""

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st
from tests.support import signify_files

from pellucid.errors import Malformed
from pellucid.formats import signify

KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = signify_files.halves(KEY)[1]


# What is encrypted has no public half; of minisign not even the number can be read.
@pytest.mark.parametrize(
    ("data", "key_id", "public", "secret", "encrypted"),
    [
        (signify_files.public(KEY), signify_files.KEY_ID, PUBLIC, False, False),
        (signify_files.secret(KEY), signify_files.KEY_ID, PUBLIC, True, False),
        (signify_files.secret(KEY, rounds=42), signify_files.KEY_ID, b"", True, True),
        (signify_files.minisign(KEY), signify_files.KEY_ID, PUBLIC, True, False),
        (signify_files.minisign(KEY, encrypted=True), b"", b"", True, True),
    ],
    ids=["public", "secret", "secret-locked", "minisign", "minisign-locked"],
)
def test_keys_are_read(*, data: bytes, key_id: bytes, public: bytes, secret: bool, encrypted: bool) -> None:
    found = signify.read(b"\xff" + data + b"behind\n", 1)
    assert (found.key_id, found.public, found.secret, found.encrypted) == (key_id, public, secret, encrypted)
    assert found.end == len(data)


@pytest.mark.parametrize(
    "data",
    [
        signify_files.signature(),
        signify_files.public(KEY)[:-5],
        signify_files.public(KEY)[1:],
        signify_files.public(KEY, "x" * 1025),
        signify_files.public(KEY).replace(b"\n", b" "),
        signify_files.file("another algorithm", b"RS" + bytes(40)),
        b"",
    ],
)
def test_what_is_no_key_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        signify.read(data, 0)


@given(st.binary())
def test_any_bytes_give_a_key_or_malformed(noise: bytes) -> None:
    for data in (noise, signify.BEGIN + noise, signify_files.file("a", b"Ed" + noise)):
        with suppress(Malformed):
            assert signify.read(data, 0).end <= len(data)
