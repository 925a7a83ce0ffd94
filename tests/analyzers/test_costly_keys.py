"""Bytes that are made to cost time: each unit for keys is done with a few megabytes of them within seconds."""

import struct
from collections.abc import Callable
from itertools import islice

import pytest
from tests.analyzers.test_golden import artefact_of
from tests.support.alarm import within

from pellucid.analysis.analyzer import Analyzer
from pellucid.analyzers import ANALYZERS
from pellucid.formats import ssh_wire

UNITS = {unit.name: unit for unit in ANALYZERS}
ENOUGH = 20.0
SIGNED, DATA = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010701")


def element(tag: int, content: bytes) -> bytes:
    size = len(content).to_bytes(3, "big")
    head = bytes([len(content)]) if len(content) < 128 else b"\x83" + size if size[0] else b"\x82" + size[1:]
    return bytes([tag]) + head + content


def nested_messages() -> bytes:
    """Each lies among the certificates of the one around it, and none has a signer that can be read."""
    data = element(0x04, bytes(1 << 20))
    for _ in range(2_000):
        signed = element(2, b"\1") + element(0x31, b"") + element(0x30, DATA) + element(0xA0, data)
        data = element(0x30, SIGNED + element(0xA0, element(0x30, signed + element(0x31, element(0x30, b"")))))
    return data


def nested_stores() -> bytes:
    data = bytes(1 << 20)
    for _ in range(2_000):
        data = element(0x30, b"\2\1\3" + element(0x30, element(0x30, b"") + element(0x30, data)))
    return data


def slow_stores() -> bytes:
    """Each asks for as much as one may, of all of which there is only so much."""
    mac = element(0x30, element(0x30, bytes.fromhex("06052b0e03021a")) + element(4, bytes(20)))
    mac += element(4, b"salt") + element(2, (100_000).to_bytes(3, "big"))
    hidden = element(0x30, DATA + element(0xA0, element(4, element(0x30, b""))))
    return element(0x30, b"\2\1\3" + hidden + element(0x30, mac)) * 2_000


def java_stores() -> bytes:
    key = struct.pack(">I", 1) + b"\0\0" + bytes(8) + struct.pack(">I", 4000) + bytes(4000) + bytes(4)
    return (struct.pack(">III", 0xFEEDFEED, 2, 1) + key + bytes(20)) * 250


def bouncy_stores() -> bytes:
    """Each asks for as many rounds as BouncyCastle accepts, for the store and for its keys."""
    head = struct.pack(">I", 20) + bytes(range(20)) + struct.pack(">I", 65_536)
    key = b"\4\0\0" + bytes(8) + struct.pack(">II", 0, len(head) + 8) + head + bytes(8)
    return (struct.pack(">I", 2) + head + key * 20 + bytes(21)) * 2_000


def short_lines() -> bytes:
    return (ssh_wire.IN_BASE64[0] + b"A\n" * 30) * 12_000


def armour() -> bytes:
    return b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n" * 20_000


def long_mac() -> bytes:
    """A MAC of a megabyte, for which a key of that length would be derived: once for each password."""
    data = bytes.fromhex("06092a864886f70d010701")
    content = element(0x30, data + element(0xA0, element(0x04, element(0x30, b""))))
    digest = element(0x30, element(0x30, bytes.fromhex("06052b0e03021a0500")) + element(0x04, bytes(1 << 20)))
    mac = element(0x30, digest + element(0x04, bytes(8)) + element(2, b"\x03\xe8"))
    return element(0x30, element(2, b"\3") + content + mac)


def users() -> bytes:
    body = b"\4\x60\0\0\0\x16\x09" + bytes.fromhex("2b06010401da470f01") + b"\1\7\x40" + bytes(32)
    return b"\x98" + bytes([len(body)]) + body + (b"\xb8" + bytes([len(body)]) + body) * 20_000 + b"\xb4\0" * 20_000


@pytest.mark.parametrize(
    ("unit", "made"),
    [
        (UNITS["pkcs7_messages"], nested_messages),
        (UNITS["x509_certificates"], nested_messages),
        (UNITS["keystores"], nested_stores),
        (UNITS["keystores"], slow_stores),
        (UNITS["keystores"], java_stores),
        (UNITS["keystores"], bouncy_stores),
        (UNITS["keystores"], long_mac),
        (UNITS["private_keys"], slow_stores),
        (UNITS["ssh_keys"], short_lines),
        (UNITS["openpgp_keys"], armour),
        (UNITS["openpgp_keys"], users),
    ],
    ids=lambda value: getattr(value, "name", None) or value.__name__,
)
def test_is_done_in_time(unit: Analyzer, made: Callable[[], bytes]) -> None:
    artefact = artefact_of(made(), unit)
    with within(ENOUGH):
        for _ in islice(unit(artefact) if unit.wants(artefact) else (), unit.most_facts):
            pass
