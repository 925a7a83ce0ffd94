"""Calls of imported functions in programs for several machines, assembled by hand."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.alarm import within
from tests.support.calling_programs import MACHINES, program
from tests.support.golden_unsafe import calling_macho, importing_pe

from pellucid.errors import Malformed
from pellucid.formats import pe
from pellucid.formats.calls import elf_program, macho_program, pe_program, unsafe_calls
from pellucid.formats.calls.program import Program, Span
from pellucid.formats.calls.program import within as within_spans
from pellucid.formats.calls.unsafe_calls import Found

IMPORTS = ("sprintf", "system", "strcpy")


def found_in(data: bytes) -> dict[str, Found]:
    read = elf_program.read(data, {name: name for name in IMPORTS})
    result = unsafe_calls.find(data, read, IMPORTS)
    assert result
    return dict(result[0])


@pytest.mark.parametrize("machine", MACHINES)
def test_every_call_is_found_where_it_stands_with_the_function_that_it_is_in(machine: str) -> None:
    data, at = program(MACHINES[machine], IMPORTS)
    found = found_in(data)
    assert {name: item.calls for name, item in found.items()} == dict.fromkeys(IMPORTS, 1)
    sites = {name: item.sites[0] for name, item in found.items()}
    assert [sites[name].address for name in IMPORTS] == at
    assert len({site.caller for site in sites.values()}) == 1
    assert {site.confidence for site in sites.values()} == {1.0}
    assert all(site.offset == site.address - 0x10000 for site in sites.values())


@pytest.mark.parametrize("machine", MACHINES)
def test_a_command_that_is_put_together_before_is_told_with_its_format(machine: str) -> None:
    found = found_in(program(MACHINES[machine], IMPORTS)[0])
    assert {name: item.sites[0].format for name, item in found.items()} == {
        "sprintf": "rm -f %s",
        "system": "rm -f %s",
        "strcpy": "",
    }


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("text", ["rm -f %d", "100%%s", "nothing"])
def test_a_format_without_texts_is_not(machine: str, text: str) -> None:
    found = found_in(program(MACHINES[machine], IMPORTS, text)[0])
    assert [item.sites[0].format for item in found.values()] == ["", "", ""]


def test_code_for_other_machines_is_not_read() -> None:
    data = bytearray(program(MACHINES["x86-64"], IMPORTS)[0])
    data[18:20] = b"\x02\0"
    assert unsafe_calls.find(bytes(data), elf_program.read(bytes(data), {}), IMPORTS) is None


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(MACHINES)), st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=12))
def test_damage_is_malformed_or_read(machine: str, damage: list[tuple[int, int]]) -> None:
    data = bytearray(program(MACHINES[machine], IMPORTS)[0])
    for at, value in damage:
        data[at % len(data)] = value
    try:
        read = elf_program.read(bytes(data), {name: name for name in IMPORTS})
    except Malformed:
        return
    unsafe_calls.find(bytes(data), read, IMPORTS)


@settings(max_examples=200, deadline=None)
@given(st.booleans(), st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 255)), max_size=12))
def test_damage_to_programs_of_other_systems_is_malformed_or_read(
    is_macho: bool, damage: list[tuple[int, int]]
) -> None:
    data = bytearray(calling_macho() if is_macho else importing_pe(["system"], b"\xff\x25\0\0\0\0"))
    for at, value in damage:
        data[at % len(data)] = value
    hostile = bytes(data)
    try:
        if is_macho:
            read = macho_program.read(hostile, 0, {"_system"})
        else:
            read = pe_program.read(hostile, pe.read(hostile), {"system"})
    except Malformed:
        return
    unsafe_calls.find(hostile, read, ["system", "_system"])


BASE_OF_CODE = 0x1000


def x86_program(code: bytes, name: str) -> tuple[bytes, Program]:
    """A stub for one import, and code behind it, where it begins."""
    data = b"\xff\x25" + (0x100000).to_bytes(4, "little") + b"\x90" * 10 + code
    span = Span(address=BASE_OF_CODE, offset=0, size=len(data))
    stub = Span(address=BASE_OF_CODE, offset=0, size=16)
    slots = {BASE_OF_CODE + 6 + 0x100000: name}
    begin = (BASE_OF_CODE + 16,)
    return data, Program(
        machine="x86_64", bits=64, big_endian=False, code=(span,), data=(), slots=slots, plt=(stub,), entries=begin
    )


def going(operation: int, count: int) -> bytes:
    """As many calls or jumps, all to the stub."""
    return b"".join(
        bytes((operation,)) + (-(16 + 5 * number + 5)).to_bytes(4, "little", signed=True) for number in range(count)
    )


@pytest.mark.parametrize(("name", "operation"), [("strcpy", 0xE8), ("system", 0xE8), ("sprintf", 0xE9)])
def test_many_calls_are_counted_in_time_that_grows_with_the_code_only(name: str, operation: int) -> None:
    data, read = x86_program(going(operation, 400_000), name)
    with within(3):
        result = unsafe_calls.find(data, read, [name])
    assert result
    assert result[0][name].calls == 400_000


def test_a_long_chain_of_calls_is_followed_in_time_that_grows_with_the_code_only() -> None:
    data, read = x86_program(b"\xe8\0\0\0\0" * 400_000 + going(0xE8, 400_001)[-5:], "system")
    with within(3):
        result = unsafe_calls.find(data, read, ["system"])
    assert result
    assert result[0]["system"].calls == 1


def test_loads_of_mips_that_are_followed_far_take_no_more_time() -> None:
    loads = (
        (0x8F998010).to_bytes(4, "little") + (0x1000_0000 | 29_998 - 2 * number).to_bytes(4, "little")
        for number in range(14_000)
    )
    data = (b"".join(loads) + bytes(160_000)) * 8
    read = Program(
        machine="mips",
        bits=32,
        big_endian=False,
        code=(Span(address=BASE_OF_CODE, offset=0, size=len(data)),),
        data=(),
        slots={0x20000 + 0x10 - 0x8000: "system"},
        bases=(0x20000,),
    )
    with within(5):
        unsafe_calls.find(data, read, ["system"])


def test_segments_that_lie_over_each_other_are_malformed() -> None:
    header = b"\x7fELF\2\1\1".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, 300, 0, 0, 0
    )
    data = header + struct.pack("<2I6Q", 1, 4, 0, 0, 0, 1 << 20, 1 << 20, 1) * 300 + bytes(1 << 20)
    with pytest.raises(Malformed):
        elf_program.read(data, {})


@pytest.mark.parametrize("address", [0, 9, 10, 19, 20, 25, 29, 30, 40])
def test_what_lies_in_one_of_several_spans(address: int) -> None:
    spans = [
        Span(address=20, offset=0, size=5),
        Span(address=10, offset=0, size=10),
        Span(address=22, offset=0, size=8),
    ]
    inside = within_spans(np.array([address], np.int64), spans)
    assert inside.tolist() == [any(span.has(address) for span in spans)]
