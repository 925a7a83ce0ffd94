"""Packages of apk version 3: fields behind every compressor; damage is Malformed and nothing else."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.apk_archives import deflated, named, package

from pellucid.errors import Malformed, Unsupported
from pellucid.formats import adb

PLAIN = package("dropbear", "2024.86-r1", needs=["libc", "zlib"])
FIELDS = {
    "P": "dropbear",
    "V": "2024.86-r1",
    "A": "aarch64_cortex-a53",
    "L": "MIT",
    "o": "base/dropbear",
    "D": "libc zlib",
    "p": "",
}
FORMS = [PLAIN, deflated(PLAIN), named(PLAIN, 1), named(PLAIN, 2)]


@pytest.mark.parametrize("data", FORMS, ids=["plain", "deflate", "named-deflate", "zstandard"])
def test_fields_behind_every_compressor(data: bytes) -> None:
    assert adb.is_adb(data)
    assert adb.package(data) == FIELDS


def test_an_index_has_none() -> None:
    assert adb.package(package("a", "1", schema=b"indx")) == {}


def test_variants_are_named() -> None:
    with pytest.raises(Unsupported):
        adb.package(b"ADBc\x09\x00" + bytes(20))
    with pytest.raises(Unsupported):
        adb.package(PLAIN[:12] + b"\1" + PLAIN[13:])
    with pytest.raises(Malformed):
        adb.package(b"ADBd" + b"\xff" * 20)


def test_a_bomb_is_read_as_far_as_its_first_block_says() -> None:
    bomb = deflated(b"ADB.pckg" + struct.pack("<I", 200 << 20) + bytes(1 << 20))
    with pytest.raises(Malformed, match="impossible size"):
        adb.package(bomb)


@given(form=st.sampled_from(FORMS), at=st.floats(0, 1), value=st.binary(min_size=1, max_size=6))
def test_damage_is_malformed_and_nothing_else(form: bytes, at: float, value: bytes) -> None:
    place = int(at * (len(form) - 1))
    for data in (form[:place] + value + form[place + len(value) :], form[:place]):
        try:
            found = adb.package(data)
        except Malformed:
            continue
        assert sum(map(len, found.values())) <= 10 * len(PLAIN)
