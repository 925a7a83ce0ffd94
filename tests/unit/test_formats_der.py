"""DER elements, forwards and backwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import Malformed
from pellucid.formats import der


def encode(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535])
def test_reads_every_form_of_length(size: int) -> None:
    data = b"\xff" + encode(der.SEQUENCE, bytes(size)) + b"\xff"
    found = der.element(data, 1)
    assert (found.tag, found.end - found.content, found.end) == (der.SEQUENCE, size, len(data) - 1)


@pytest.mark.parametrize(
    "text",
    ["", "30", "3001", "3080", "308105", "30820010", "3084000000010000", "1f010000", "30830100010000"],
    ids=["empty", "tag", "short", "indefinite", "long-form", "leading-zero", "four-octets", "high-tag", "too-large"],
)
def test_refuses_what_der_forbids(text: str) -> None:
    with pytest.raises(Malformed):
        der.element(bytes.fromhex(text), 0)


def test_children_must_fill_their_parent() -> None:
    whole = encode(der.SEQUENCE, encode(der.INTEGER, b"\1") + encode(der.OCTET_STRING, b"abc"))
    assert [child.tag for child in der.children(whole, der.element(whole, 0))] == [der.INTEGER, der.OCTET_STRING]
    ragged = encode(der.SEQUENCE, encode(der.INTEGER, b"\1") + b"\4")
    with pytest.raises(Malformed):
        list(der.children(ragged, der.element(ragged, 0)))
    many = encode(der.SEQUENCE, encode(der.INTEGER, b"\1") * 5)
    with pytest.raises(Malformed):
        list(der.children(many, der.element(many, 0), most=4))


@pytest.mark.parametrize("size", [3, 200, 300])
def test_finds_the_element_around_a_place(size: int) -> None:
    data = b"\x30\x03" + encode(der.SEQUENCE, b"\2\1\0" + bytes(size)) + b"\x30"
    content = data.index(b"\2\1\0")
    assert [found.start for found in der.enclosing(data, content)] == [2]
    assert list(der.enclosing(data, content + 1)) == []


@given(st.binary(max_size=64), st.integers(-2, 70))
def test_any_bytes_give_an_element_or_malformed(data: bytes, offset: int) -> None:
    for found in der.enclosing(data, max(offset, 0)):
        assert found.end <= len(data)
    try:
        found = der.element(data, offset)
        assert offset < found.content <= found.end <= len(data)
        list(der.children(data, found))
    except Malformed:
        return
