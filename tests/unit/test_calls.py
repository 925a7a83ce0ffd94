"""Calls of imported functions in programs for several machines, assembled by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.calling_programs import MACHINES, program
from tests.support.golden_unsafe import calling_macho, importing_pe

from pellucid.errors import Malformed
from pellucid.formats import pe
from pellucid.formats.calls import elf_program, macho_program, pe_program, unsafe_calls
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
