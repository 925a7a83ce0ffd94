"""What Authenticode signs, load configurations and time stamps."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.signed_pe import CHECKSUM_AT, Shape, directory_at, image, oid, signature, tlv, with_signatures

from pellucid.errors import Malformed
from pellucid.formats import authenticode, cms, der, pe, pe_load_config, time_stamp

PLAIN = image(Shape())
SIGNED = with_signatures(PLAIN, signature(PLAIN))


def digest(data: bytes) -> bytes:
    return authenticode.digest(data, pe.read(data), "sha256")


def test_the_digest_leaves_out_checksum_and_signatures() -> None:
    assert digest(PLAIN) == digest(SIGNED)
    changed = bytearray(SIGNED)
    changed[CHECKSUM_AT] ^= 1
    changed[-1] ^= 1
    assert digest(bytes(changed)) == digest(PLAIN)


@pytest.mark.parametrize("at", [2, CHECKSUM_AT + 4, directory_at(PLAIN) - 1, directory_at(PLAIN) + 8, len(PLAIN) - 1])
def test_the_digest_covers_all_else(at: int) -> None:
    changed = bytearray(SIGNED)
    changed[at] ^= 1
    assert digest(bytes(changed)) != digest(PLAIN)


def test_an_image_of_odd_length_is_filled_up_as_for_signing() -> None:
    odd = PLAIN + b"overlay"
    filled = odd + bytes(-len(odd) % 8)
    assert digest(odd) == digest(with_signatures(filled, b"x"))


def test_reads_what_is_signed() -> None:
    encoded = signature(PLAIN)
    message = cms.read(encoded, der.element(encoded, 0, longest=cms.LONGEST))
    found = authenticode.signed(message.inner)
    assert (message.content, found.algorithm, found.digest) == (authenticode.INDIRECT_DATA, "sha256", digest(PLAIN))


def test_bytes_behind_signatures_are_counted() -> None:
    assert authenticode.unsigned_bytes(SIGNED, pe.read(SIGNED)) == 0
    assert authenticode.unsigned_bytes(SIGNED + b"12345", pe.read(SIGNED)) == 5
    assert authenticode.unsigned_bytes(PLAIN + b"12345", pe.read(PLAIN)) == 0


@pytest.mark.parametrize("content", [b"", b"\x30\0", b"\x30\0\x30\0", tlv(0x30) + tlv(0x30, tlv(0x30), tlv(4, b"a"))])
def test_refuses_what_signs_no_image(content: bytes) -> None:
    with pytest.raises(Malformed):
        authenticode.signed(content)


@pytest.mark.parametrize(("bits", "cookie", "flags"), [(32, 60, 88), (64, 88, 144)])
def test_reads_load_configurations(bits: int, cookie: int, flags: int) -> None:
    data = image(Shape(bits=bits, config=((cookie, 0x402000), (flags, 0x500)), extended=0x41))
    found = pe_load_config.read(data, pe.read(data))
    assert found
    assert (found.cookie, found.guard_flags, found.handlers) == (0x402000, 0x500, 0)
    assert pe_load_config.extended_characteristics(data, pe.read(data)) == 0x41


def test_an_old_load_configuration_is_shorter() -> None:
    data = bytearray(image(Shape(bits=32, config=((60, 7),))))
    at = data.index((256).to_bytes(4, "little"), 1024)
    data[at : at + 4] = (64).to_bytes(4, "little")
    found = pe_load_config.read(bytes(data), pe.read(bytes(data)))
    assert found
    assert (found.cookie, found.handlers, found.guard_flags) == (7, None, None)


def test_without_a_load_configuration_there_is_none() -> None:
    assert pe_load_config.read(PLAIN, pe.read(PLAIN)) is None
    assert pe_load_config.extended_characteristics(PLAIN, pe.read(PLAIN)) == 0


@pytest.mark.parametrize(
    ("encoded", "at"),
    [
        (tlv(0x17, b"240506070809Z"), datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        (tlv(0x17, b"990506070809Z"), datetime(1999, 5, 6, 7, 8, 9, tzinfo=UTC)),
        (tlv(0x18, b"20240506070809.25Z"), datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
    ],
)
def test_reads_times(encoded: bytes, at: datetime) -> None:
    assert time_stamp.time(encoded) == at


@pytest.mark.parametrize("encoded", [b"", tlv(0x17, b"20240506070809Z0"), tlv(0x18, b"20241306070809Z"), tlv(4, b"1")])
def test_refuses_what_is_no_time(encoded: bytes) -> None:
    with pytest.raises(Malformed):
        time_stamp.time(encoded)


def test_refuses_what_is_no_time_stamp() -> None:
    with pytest.raises(Malformed):
        time_stamp.read(tlv(0x30, b"\x02\x01\x01", oid("1.2.3")))


@given(st.integers(0, len(SIGNED) - 1), st.integers(0, 255))
def test_damage_is_malformed_or_read(at: int, octet: int) -> None:
    data = SIGNED[:at] + bytes([octet]) + SIGNED[at + 1 :]
    with suppress(Malformed):
        found = pe.read(data)
        for _, place, length in pe.certificates(data, found):
            with suppress(Malformed):
                message = cms.read(data[place : place + length], der.element(data[place : place + length], 0))
                authenticode.signed(message.inner)
        authenticode.digest(data, found, "sha256")
        pe_load_config.read(data, found)


@given(st.binary(max_size=200))
def test_time_stamps_of_anything_are_malformed_or_read(data: bytes) -> None:
    with suppress(Malformed):
        time_stamp.read(data)
