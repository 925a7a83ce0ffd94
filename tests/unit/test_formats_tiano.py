"""EFI 1.1 and Tiano compression."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import tiano_encoder
from tests.support.tiano_encoder import encode

from pellucid.errors import Malformed
from pellucid.formats import tiano

NOISE = random.Random(4)
TEXT = b"".join(NOISE.choice([b"firm", b"ware ", b"volume ", b"\0\0\0\0", b"x"]) for _ in range(9000))


@pytest.mark.parametrize("version", [tiano.EFI, tiano.TIANO])
@pytest.mark.parametrize("content", [b"", b"a", b"a" * 5000, TEXT, NOISE.randbytes(3000), bytes(range(256)) * 9])
def test_what_was_packed_comes_out(content: bytes, version: int) -> None:
    assert tiano.unpacked(encode(content, version), version, len(content)) == content


def test_distances_that_only_tiano_can_name() -> None:
    content = b"0123456789" + NOISE.randbytes(40_000) + b"0123456789"
    assert tiano.unpacked(encode(content, tiano_encoder.TIANO), tiano.TIANO, len(content)) == content


def test_more_than_expected_is_refused() -> None:
    with pytest.raises(Malformed, match="expected at most"):
        tiano.unpacked(encode(TEXT, tiano.EFI), tiano.EFI, len(TEXT) - 1)


@pytest.mark.parametrize("keep", [3, 9, 40, 400])
def test_a_cut_stream_is_refused(keep: int) -> None:
    with pytest.raises(Malformed):
        tiano.unpacked(encode(TEXT, tiano.EFI)[:keep], tiano.EFI, len(TEXT))


@settings(max_examples=200, deadline=None)
@given(edits=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=5))
def test_damage_gives_bytes_or_malformed(edits: list[tuple[int, int]]) -> None:
    packed = bytearray(encode(TEXT[:4000], tiano.TIANO, block=500))
    for at, value in edits:
        packed[at % len(packed)] = value
    try:
        assert len(tiano.unpacked(bytes(packed), tiano.TIANO, 1 << 16)) <= 1 << 16
    except Malformed:
        return


@settings(max_examples=100, deadline=None)
@given(noise=st.binary(min_size=8, max_size=3000))
def test_noise_gives_bytes_or_malformed(noise: bytes) -> None:
    packed = (len(noise) - 8).to_bytes(4, "little") + (70_000).to_bytes(4, "little") + noise[8:]
    try:
        tiano.unpacked(packed, tiano.EFI, 1 << 17)
    except Malformed:
        return
