"""BER, rewritten as DER."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import ber_forms

from pellucid.errors import Malformed
from pellucid.formats import ber, der


def converted(encoded: bytes) -> bytes:
    return ber.convert(encoded, 0, ber.Work()).encoded


def sequence(*parts: bytes) -> bytes:
    return ber_forms.tagged(der.SEQUENCE, b"".join(parts))


@st.composite
def trees(draw: st.DrawFn) -> bytes:
    """Elements in DER, in each other."""
    leaf = st.builds(ber_forms.tagged, st.sampled_from([der.INTEGER, der.OCTET_STRING, der.NULL]), st.binary())
    inner = st.builds(ber_forms.tagged, st.just(der.OCTET_STRING), st.integers(0, 600).map(bytes))
    tags = st.sampled_from([der.SEQUENCE, der.SET, der.CONTEXT_0, der.CONTEXT_1])
    nested = st.recursive(
        leaf | inner, lambda below: st.builds(ber_forms.tagged, tags, st.lists(below).map(b"".join)), max_leaves=12
    )
    return sequence(*draw(st.lists(nested, max_size=4)))


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        ("3080 0201 05 0000", "3003020105"),
        ("3080 0000", "3000"),
        ("30 84 00000003 020105", "3003020105"),
        ("30 8103 0201 05", "3003020105"),
        ("3080 2480 0402 6162 0401 63 0000 0000", "3005 0403 616263"),
        ("300a 2408 0402 6162 0402 6364", "3006 0404 61626364"),
        ("3080 2480 2480 0401 61 0000 0401 62 0000 0000", "3004 0402 6162"),
        ("3080 0603 2a0304 3000 a080 0401 61 0401 62 0000 0000", "300b 06032a0304 3000 80026162"),
        ("3080 0603 2a0304 a080 0401 61 0000 0000", "300a 06032a0304 a0030401 61"),
    ],
)
def test_lengths_become_definite_and_strings_whole(encoded: str, expected: str) -> None:
    assert converted(bytes.fromhex(encoded)).hex() == expected.replace(" ", "")


@given(trees(), st.integers(1, 300), st.integers(0, 8))
def test_what_was_der_is_der_again(encoded: bytes, segment: int, levels: int) -> None:
    assert converted(encoded) == encoded
    assert converted(ber_forms.streamed(encoded, levels, segment)) == encoded


def test_the_end_is_told_and_what_stands_behind_is_not_read() -> None:
    found = ber.convert(b"\xff" + bytes.fromhex("30800201050000") + b"behind", 1, ber.Work())
    assert (found.encoded.hex(), found.end) == ("3003020105", 8)


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "30",
        "0201 05",
        "3080 0201 05",
        "3080 0201 05 00",
        "3003 0201",
        "3003 3080 00 0000",
        "3080 0480 0000 0000",
        "3080 2480 0201 05 0000 0000",
        "3080 1f01 0000",
        "3085 0000000003 020105",
        "3080 00 01 61 0000",
    ],
)
def test_what_is_no_ber_is_refused(encoded: str) -> None:
    with pytest.raises(Malformed):
        converted(bytes.fromhex(encoded))
    assert ber.in_der(bytes.fromhex(encoded), ber.Work()) == bytes.fromhex(encoded)


def test_depth_size_and_number_are_bounded() -> None:
    for deep, fits in ((ber.DEEPEST, True), (ber.DEEPEST + 1, False)):
        nested = b"\x30\x80" * deep + b"\0\0" * deep
        if fits:
            assert converted(nested).startswith(b"\x30")
        else:
            with pytest.raises(Malformed):
                converted(nested)
    many = b"\x30\x80" + b"\x05\0" * 1000 + b"\0\0"
    with pytest.raises(Malformed):
        ber.convert(many, 0, ber.Work(elements=999))
    with pytest.raises(Malformed):
        ber.convert(many, 0, ber.Work(), longest=1000)
    big = sequence(ber_forms.tagged(der.OCTET_STRING, bytes(1 << 20)))
    with pytest.raises(Malformed):
        ber.convert(big, 0, ber.Work(elements=4096))


def test_hostile_nesting_ends_soon() -> None:
    hostile = (b"\x30\x80" * ber.DEEPEST + b"\x04\x01a" * 200_000) * 2
    work, began = ber.Work(), time.process_time()
    for offset in range(0, 2000, 2):
        with suppress(Malformed):
            ber.convert(hostile, offset, work)
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    ("header", "rewritten"), [("3080", True), ("30820009", True), ("308400000009", True), ("3009", False)]
)
def test_enclosing_tries_each_form_of_length(header: str, rewritten: bool) -> None:
    body = bytes.fromhex("0201 03 0401 61 0401 62") + (b"\0\0" if header == "3080" else b"")
    data = b"\xff" + bytes.fromhex(header) + body
    (found,) = ber.enclosing(data, 1 + len(header) // 2, ber.Work())
    assert found == ber.Enclosed(sequence(body[:9]), 1, len(data), rewritten=rewritten)


@given(st.binary())
def test_any_bytes_give_der_or_malformed(noise: bytes) -> None:
    for begin in (b"", b"\x30\x80", b"\x30\x80\x24\x80\x04"):
        with suppress(Malformed):
            found = ber.convert(begin + noise, 0, ber.Work())
            assert found.end <= len(begin + noise)
            assert converted(found.encoded) == found.encoded
