"""OpenPGP packets and keys. The vectors are those of RFC 9580, appendix A."""

import base64
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripts.fuzz_keys import OPENPGP

from pellucid.errors import Malformed, Truncated
from pellucid.formats import openpgp, openpgp_packets

# A.3: a certificate of version 6 with Ed25519 and X25519.
VERSION_6 = """-----BEGIN PGP PUBLIC KEY BLOCK-----

xioGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laPCsQYf
GwoAAABCBYJjh3/jAwsJBwUVCg4IDAIWAAKbAwIeCSIhBssYbE8GCaaX5NUt+mxy
KwwfHifBilZwj2Ul7Ce62azJBScJAgcCAAAAAK0oIBA+LX0ifsDm185Ecds2v8lw
gyU2kCcUmKfvBXbAf6rhRYWzuQOwEn7E/aLwIwRaLsdry0+VcallHhSu4RN6HWaE
QsiPlR4zxP/TP7mhfVEe7XWPxtnMUMtf15OyA51YBM4qBmOHf+MZAAAAIIaTJINn
+eUBXbki+PSAld2nhJh/LVmFsS+60WyvXkQ1wpsGGBsKAAAALAWCY4d/4wKbDCIh
BssYbE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce62azJAAAAAAQBIKbpGG2dWTX8
j+VjFM21J0hqWlEg+bdiojWnKfA5AQpWUWtnNwDEM0g12vYxoWM8Y81W+bHBw805
I8kWVkXU6vFOi+HWvv/ira7ofJu16NnoUkhclkUrk0mXubZvyl4GBg==
-----END PGP PUBLIC KEY BLOCK-----
"""


def keys(data: bytes) -> list[openpgp.Key]:
    return list(openpgp.keys(openpgp_packets.packets(data)))


def packet(tag: int, body: bytes) -> bytes:
    return bytes([0x80 | tag << 2 | 1]) + struct.pack(">H", len(body)) + body


def test_reads_a_key_of_version_6() -> None:
    data, end = openpgp_packets.dearmoured(VERSION_6.encode(), 0)
    assert end == len(VERSION_6) - 1
    primary, sub = keys(data)
    assert primary.fingerprint == "cb186c4f0609a697e4d52dfa6c722b0c1f1e27c18a56708f6525ec27bad9acc9"
    assert sub.fingerprint == "12c83f1e706f6308fe151a417743a1f033790e93e9978488d1db378da9930885"
    assert (primary.version, primary.algorithm, primary.subkey) == (6, openpgp.ED25519, False)
    assert (sub.algorithm, sub.subkey, len(sub.fields[0])) == (openpgp.X25519, True, 32)
    assert (primary.created, primary.expires, primary.key_id) == (0x63877FE3, 0, "cb186c4f0609a697")


def test_reads_a_key_of_version_4_with_its_user_and_its_end() -> None:
    (key,) = keys(OPENPGP)
    assert (key.version, key.algorithm, key.curve.hex()) == (4, openpgp.EDDSA, "2b06010401da470f01")
    assert (key.user_id, key.expires - key.created) == ("a <a@example>", 1 << 16)
    assert (key.secret, key.encrypted, key.subkey) == (False, False, False)


def test_reads_a_key_of_version_3() -> None:
    body = b"\3\x30\0\0\0\0\x0a\1" + struct.pack(">H", 16) + b"\xff\xf1" + struct.pack(">H", 5) + b"\x11"
    (key,) = keys(packet(6, body))
    assert (key.version, key.fields, key.expires - key.created) == (3, (b"\xff\xf1", b"\x11"), 10 * 86400)


@pytest.mark.parametrize(
    ("rest", "secret", "encrypted"),
    [
        (b"\0" + b"secret", True, False),
        (b"\xfe\x09\x03\x08saltsalt", True, True),
        (b"\xff\0\x65\0GNU\1", False, False),
    ],
    ids=["open", "encrypted", "on-a-card"],
)
def test_tells_whether_the_secret_part_is_there(rest: bytes, secret: bool, encrypted: bool) -> None:
    (first, *_) = openpgp_packets.packets(OPENPGP)
    (key,) = keys(packet(5, first.body + rest))
    assert (key.secret, key.encrypted) == (secret, encrypted)


def test_an_unknown_subkey_is_left_out() -> None:
    (first, *_) = openpgp_packets.packets(OPENPGP)
    unknown = packet(14, first.body[:5] + b"\x63" + first.body[6:])
    assert len(keys(OPENPGP + unknown + packet(14, first.body))) == 2


def test_what_is_cut_off_gives_what_was_there_before() -> None:
    found = openpgp.keys(openpgp_packets.packets(OPENPGP[:-3]))
    assert next(found).user_id == "a <a@example>"
    with pytest.raises(Truncated):
        next(found)


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n%\n-----END PGP PUBLIC KEY BLOCK-----",
        "-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----",
    ],
)
def test_refuses_armour_that_is_none(text: str) -> None:
    with pytest.raises(Malformed):
        openpgp_packets.dearmoured(text.encode(), 0)


def test_armour_may_have_headers_and_a_checksum_and_be_a_text_of_a_program() -> None:
    body = base64.b64encode(OPENPGP).decode()
    lines = (
        "-----BEGIN PGP PUBLIC KEY BLOCK-----",
        "Version: 1",
        "",
        body,
        "=AAAA",
        "-----END PGP PUBLIC KEY BLOCK-----",
    )
    for end in ("\n", "\r\n", "\\n"):
        assert openpgp_packets.dearmoured(end.join(lines).encode(), 0)[0] == OPENPGP


def test_finds_the_keys_in_a_key_box() -> None:
    def blob(kind: int, content: bytes) -> bytes:
        return struct.pack(">IBBHII", 20 + len(content), kind, 1, 0, 20, len(content)) + bytes(4) + content

    data = struct.pack(">IBBH4s", 32, 1, 1, 0, b"KBXf") + bytes(20) + blob(2, OPENPGP) + blob(3, b"x509")
    assert [data[start:end] for start, end in openpgp_packets.boxed(data)] == [OPENPGP]


@given(st.integers(0, len(OPENPGP) - 1), st.integers(0, 255))
def test_damage_gives_keys_or_malformed(at: int, octet: int) -> None:
    data = OPENPGP[:at] + bytes([octet]) + OPENPGP[at + 1 :]
    with suppress(Malformed):
        keys(data)
    with suppress(Malformed):
        list(openpgp_packets.boxed(data))
