"""The table of unsafe functions, and what a symbol of each platform means by it."""

import pytest

from pellucid.formats import unsafe_functions


def test_every_function_says_all_that_is_asked_of_it() -> None:
    table = unsafe_functions.table()
    assert len(table) >= 120
    for function in table.values():
        assert function.platforms
        assert function.platforms <= set(unsafe_functions.PLATFORMS)
        assert function.sources
        assert function.cwe.startswith("CWE-")
        assert function.why
        assert function.safer
        assert not function.safer.endswith(".")


@pytest.mark.parametrize(
    ("symbol", "platform", "name"),
    [
        ("strcpy", "elf", "strcpy"),
        ("_strcpy", "macho", "strcpy"),
        ("_popen$UNIX2003", "macho", "popen"),
        ("lstrcpyA", "pe", "lstrcpyA"),
        ("_mktemp", "pe", "_mktemp"),
        ("__isoc23_sscanf", "elf", "__isoc23_sscanf"),
    ],
)
def test_a_symbol_names_a_function_of_its_platform(symbol: str, platform: str, name: str) -> None:
    found = unsafe_functions.find(symbol, platform)
    assert found
    assert found.name == name


@pytest.mark.parametrize(
    ("symbol", "platform"),
    [
        ("__strcpy_chk", "elf"),
        ("___strcpy_chk", "macho"),
        ("lstrcpyA", "elf"),
        ("mktemp", "pe"),
        ("strcpy", "macho"),
        ("memcpy", "elf"),
        ("swprintf", "elf"),
    ],
)
def test_other_symbols_are_not_unsafe(symbol: str, platform: str) -> None:
    assert unsafe_functions.find(symbol, platform) is None


def test_a_checked_variant_is_told_from_what_it_stands_for() -> None:
    assert unsafe_functions.checked("__strcpy_chk", "elf") == "strcpy"
    assert unsafe_functions.checked("___vsprintf_chk", "macho") == "vsprintf"
    assert unsafe_functions.checked("__memcpy_chk", "elf") == ""
    assert unsafe_functions.checked("strcpy", "elf") == ""
