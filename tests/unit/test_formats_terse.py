"""Terse executables: fields count from a header that is no longer there."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.terse_images import MODULE, terse

from pellucid.errors import Malformed
from pellucid.formats.identify import identify_leaf
from pellucid.formats.uefi import te

MODULE_BYTES = terse()


def test_sections_are_where_the_stripped_header_puts_them() -> None:
    image = te.read(MODULE_BYTES)
    assert (image.machine, image.subsystem, image.bits) == ("aarch64", "efiBootServiceDriver", 64)
    text, data = image.sections
    assert MODULE_BYTES[text.at : text.at + text.size] == bytes(range(128))
    assert (text.name, text.address, data.at + data.size) == (".text", 512, len(MODULE_BYTES))
    assert image.offset(text.address + 5) == text.at + 5
    assert image.alignment == 512
    assert te.debug_path(MODULE_BYTES, image) == MODULE.decode()
    assert te.read(b"xx" + MODULE_BYTES, 2) == image


@pytest.mark.parametrize(("machine", "known"), [(0x14C, True), (0x8664, True), (0x5064, True), (0x1234, False)])
def test_is_recognised_by_its_machine(machine: int, *, known: bool) -> None:
    assert (identify_leaf(terse(machine)) == "te") is known
    if not known:
        with pytest.raises(Malformed):
            te.read(terse(machine))


@pytest.mark.parametrize(
    "data",
    [
        MODULE_BYTES[:39],
        MODULE_BYTES[:6] + struct.pack("<H", 39) + MODULE_BYTES[8:],
        MODULE_BYTES[:4] + b"\0" + MODULE_BYTES[5:],
        MODULE_BYTES[:60] + struct.pack("<I", 1 << 30) + MODULE_BYTES[64:],
    ],
)
def test_refuses_the_impossible(data: bytes) -> None:
    with pytest.raises(Malformed):
        te.read(data)


@given(st.integers(0, len(MODULE_BYTES) - 1), st.integers(0, 255))
def test_damage_is_malformed_or_read(at: int, octet: int) -> None:
    data = MODULE_BYTES[:at] + bytes([octet]) + MODULE_BYTES[at + 1 :]
    with suppress(Malformed):
        image = te.read(data)
        assert isinstance(te.debug_path(data, image), str)
