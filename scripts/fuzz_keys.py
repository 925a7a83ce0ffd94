"""The readers of keys, certificates and their stores, as they are fuzzed."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice

from pellucid.errors import Malformed
from pellucid.formats import (
    ber,
    bouncy_keystore,
    cms,
    der,
    java_keystore,
    openpgp,
    openpgp_packets,
    pkcs12,
    signify,
    spki,
    ssh_names,
    ssh_wire,
    tss2,
    x500_name,
)

SPKI = bytes.fromhex("302a300506032b6570032100") + bytes(32)
CMS = bytes.fromhex(
    "306706092a864886f70d010702a05a3058020101310d300b06092a864886f70d010101300b06092a864886f70d01070131373035"
    "0201013011300c310a300806035504030c0161020105300b06092a864886f70d010101300b06092a864886f70d01010104037369"
    "67"
)
JKS = bytes.fromhex("feedfeed00000002000000010000000200016100000000000000000005582e353039000000023000") + bytes(20)
PKCS12 = bytes.fromhex(
    "3063020103305e06092a864886f70d010701a051044f304d304b06092a864886f70d010701a03e043c303a3038060b2a864886f70d010c"
    "0a0102a0293027301b060a2a864886f70d010c0103300d040873616c7473616c7402010104080000000000000000"
)
BKS = (
    bytes.fromhex("0000000200000014")
    + bytes(range(20))
    + bytes.fromhex("00000001")
    + bytes.fromhex("040001610000000000000000000000000000002800000014")
    + bytes(range(20))
    + bytes.fromhex("00000001")
    + bytes(12)
    + bytes(21)
)
BER = bytes.fromhex("308006092a864886f70d010703a0803080300030801200a0800401610000000024800401610401620000000000000000")
SIGNIFY = b"untrusted comment: a key\nRWS1BD5w+adc3" + b"A" * 43 + b"\n"
SSH_NAMES = b"\0ssh-ed25519,aes128-ctr,hmac-sha2-256,curve25519-sha256\0ssh-rsa\0"
SSH = bytes.fromhex("0000000b7373682d6564323535313900000020") + bytes(32)
TSS2 = bytes.fromhex("302c06066781050a0103020101041a00180001000b000000000000001000100010000000000002fff10403000178")
OPENPGP = bytes.fromhex(
    "9833046000000016092b06010401da470f01010740000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c"
    "1d1e1fb40d61203c61406578616d706c653e882b041316080023050260000001050900010000162104a8d47e615706702f2b"
    "2c300b25c6fb396287d7af0000"
)

MOST_NAMES = 100
Read = Callable[[bytes], None]


def readers() -> Iterator[tuple[str, bytes, Read, bytes]]:
    """(name, seed, how it is read, what its format begins with)."""
    yield "formats.ber", BER, _read_ber, b"\x30\x80"
    yield "formats.bouncy_keystore", BKS, _read_bouncy_keystore, bouncy_keystore.BEGINS[0]
    yield "formats.cms", CMS, _read_cms, cms.BEGINS[0]
    yield "formats.java_keystore", JKS, _read_java_keystore, java_keystore.BEGINS[0]
    yield "formats.openpgp", OPENPGP, _read_openpgp, b"\x99\x01"
    yield "formats.pkcs12", PKCS12, _read_pkcs12, pkcs12.BEGIN
    yield "formats.signify", SIGNIFY, _read_signify, signify.BEGIN
    yield "formats.spki", SPKI, _read_spki, b"\x30\x82"
    yield "formats.tss2", TSS2, _read_tss2, tss2.BEGINS[0]
    yield "formats.ssh_names", SSH_NAMES, _read_ssh_names, b"ssh-"
    yield "formats.ssh_wire", SSH, _read_ssh, ssh_wire.PREFIXES[0]


def _read_signify(data: bytes) -> None:
    found = signify.read(data, 0)
    assert found.end <= len(data)
    assert len(found.public) in (0, 32)


def _read_spki(data: bytes) -> None:
    with suppress(Malformed):
        assert spki.of_certificate(data) in data
    assert spki.read(data).end <= len(data)


def _read_ssh(data: bytes) -> None:
    with suppress(Malformed):
        assert ssh_wire.read_text(data, 0)[2] <= len(data)
    assert ssh_wire.read(data).end <= len(data)


def _read_ssh_names(data: bytes) -> None:
    names = list[ssh_names.Name]()
    for begin, kind in ssh_names.beginnings().items():
        for place in islice(re.finditer(re.escape(begin), data), MOST_NAMES):
            if name := ssh_names.name_at(data, place.start(), kind):
                assert data[name.offset :].startswith(name.text.encode())
                names.append(name)
    names.sort(key=lambda name: name.offset)
    assert len(ssh_names.crowd(names, 1024, 3)) <= len(names)


def _read_cms(data: bytes) -> None:
    message = cms.read(data, der.element(data, 0))
    assert message.end <= len(data)
    for signer in message.signers:
        if signer.issuer:
            with suppress(Malformed):
                x500_name.attributes(signer.issuer)


def _read_bouncy_keystore(data: bytes) -> None:
    store = bouncy_keystore.read(data)
    assert store.end <= len(data)
    for entry in store.entries:
        with suppress(Malformed):
            scheme, encrypted = bouncy_keystore.sealing(entry.sealed)
            assert 0 < scheme.rounds <= bouncy_keystore.MOST_ROUNDS
            bouncy_keystore.unsealed(encrypted)


def _read_java_keystore(data: bytes) -> None:
    store = java_keystore.read(data)
    assert store.end <= len(data)
    for entry in store.entries:
        with suppress(Malformed):
            java_keystore.private_key(entry.key, "changeit")


def _read_ber(data: bytes) -> None:
    found = ber.convert(data, 0, ber.Work())
    assert found.end <= len(data)
    assert ber.convert(found.encoded, 0, ber.Work()).encoded == found.encoded


def _read_pkcs12(data: bytes) -> None:
    for part in pkcs12.read(data, ber.Work()).parts:
        if part.scheme is None:
            for bag in pkcs12.bags(part.content):
                if bag.kind is pkcs12.BagKind.SHROUDED_KEY:
                    pkcs12.shrouded(bag.content)


def _read_tss2(data: bytes) -> None:
    assert tss2.read(data, der.element(data, 0)).modulus >= 0


def _read_openpgp(data: bytes) -> None:
    with suppress(Malformed):
        decoded, end = openpgp_packets.dearmoured(data, 0)
        assert end <= len(data)
        list(openpgp.keys(openpgp_packets.packets(decoded)))
    with suppress(Malformed):
        for start, end in openpgp_packets.boxed(data):
            assert start <= end
    for key in openpgp.keys(openpgp_packets.packets(data)):
        assert key.at < len(data)
