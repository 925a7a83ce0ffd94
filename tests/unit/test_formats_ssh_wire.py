"""SSH keys over the wire and in Base64."""

import base64
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import Malformed, Truncated
from pellucid.formats import ssh_wire


def string(*values: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(value)) + value for value in values)


ED25519 = string(b"ssh-ed25519", bytes(range(32)))
RSA = string(b"ssh-rsa", b"\1\0\1", bytes(range(1, 200)))
CERTIFICATE = (
    string(b"ssh-ed25519-cert-v01@openssh.com", b"nonce", bytes(range(32)))
    + struct.pack(">QI", 9, 2)
    + string(b"id", string(b"a.example", b"b.example"))
    + struct.pack(">QQ", 1, ssh_wire.FOREVER)
    + string(b"", b"", b"", ED25519, string(b"ssh-ed25519", b"signature"))
)


def test_reads_a_key_and_where_it_ends() -> None:
    key = ssh_wire.read(b"\xff" + ED25519 + b"\xff", 1)
    assert (key.name, key.fields, key.end) == ("ssh-ed25519", (bytes(range(32)),), 1 + len(ED25519))
    assert key.certificate is None
    assert ssh_wire.read(string(b"sk-ssh-ed25519@openssh.com", bytes(32), b"ssh:")).fields == (bytes(32), b"ssh:")


def test_reads_a_certificate() -> None:
    key = ssh_wire.read(CERTIFICATE)
    assert (key.name, key.fields, key.end) == ("ssh-ed25519", (bytes(range(32)),), len(CERTIFICATE))
    assert key.certificate == ssh_wire.Certificate(
        serial=9,
        for_host=True,
        key_id="id",
        principals=("a.example", "b.example"),
        after=1,
        before=ssh_wire.FOREVER,
        authority=ED25519,
        signature="ssh-ed25519",
    )


def test_every_name_has_its_prefix() -> None:
    for prefix, text in zip(ssh_wire.PREFIXES, ssh_wire.IN_BASE64, strict=True):
        for following in (b"\0", b"\xff"):
            assert base64.b64encode(prefix + following).startswith(text)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\\\n"])
def test_base64_may_be_wrapped(end: bytes) -> None:
    text = base64.b64encode(RSA)
    wrapped = end.join(text[at : at + 70] for at in range(0, len(text), 70))
    key, encoded, stop = ssh_wire.read_text(b"x " + wrapped + b"\n---- END", 2)
    assert (key.name, encoded, stop) == ("ssh-rsa", RSA, 2 + len(wrapped))


def test_a_long_line_is_one_key() -> None:
    line = base64.b64encode(RSA)[:160]
    with pytest.raises(Truncated):
        ssh_wire.read_text(line + b"\n" + base64.b64encode(RSA)[160:], 0)


@pytest.mark.parametrize(
    "data", [b"", string(b"ssh-nothing", b""), string(b"ssh-rsa", bytes(9000), b""), CERTIFICATE[:-1]]
)
def test_refuses_what_is_no_key(data: bytes) -> None:
    with pytest.raises(Malformed):
        ssh_wire.read(data)
    with pytest.raises(Malformed):
        ssh_wire.read_text(base64.b64encode(data), 0)


@given(st.integers(0, len(CERTIFICATE) - 1), st.integers(0, 255))
def test_damage_gives_a_key_or_malformed(at: int, octet: int) -> None:
    data = CERTIFICATE[:at] + bytes([octet]) + CERTIFICATE[at + 1 :]
    with suppress(Malformed):
        assert ssh_wire.read(data).end <= len(data)
