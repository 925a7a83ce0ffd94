"""Files and build information of Go: what is read, and that nothing else happens with any bytes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.elf_files import BASE, EXECUTABLE, MIPS, Shape, elf_file
from tests.support.golden_go import MAGIC, MODULES, inline, pointed
from tests.support.golden_rust import macho
from tests.support.pe_images import image

from pellucid.errors import Malformed
from pellucid.formats import address_map, go_build_info, go_modules


def test_replacements_and_settings_of_the_build() -> None:
    info = go_build_info.read(inline(MODULES), 0)
    assert info.go == "go1.21.5"
    assert info.main is not None
    assert info.main.version == "(devel)"
    assert [(item.path, item.version, item.original) for item in info.modules] == [
        ("./local", "(devel)", "example.org/local"),
        ("example.org/Fork/errors", "v0.9.1", "example.org/pkg/errors"),
        ("example.org/x/text", "v0.3.7+incompatible", ""),
    ]
    assert info.settings["-ldflags"] == '-s -w -X "main.version=1.2.3"'


def test_pointers_are_followed_through_the_segments() -> None:
    shape = Shape(type=EXECUTABLE)
    at = len(elf_file(shape))
    data = elf_file(shape, payload=pointed("path\tx\n", BASE + at))
    info = go_build_info.read(data, at)
    assert (info.go, info.path) == ("go1.15.9", "x")
    assert data[info.go_at :].startswith(b"go1.15.9")


def test_pointers_are_followed_in_programs_of_windows_and_macos() -> None:
    text = pointed("path\tx\n", 0x1000)
    single = macho(text)
    universal = struct.pack(">4s6I", b"\xca\xfe\xba\xbe", 1, 0x100000C, 0, 64, len(single), 6).ljust(64, b"\0") + single
    for data, start in ((image({".data": text}), 0), (single, 0), (universal, 64)):
        assert go_build_info.read(data, data.find(MAGIC), start).path == "x"


@pytest.mark.parametrize("go", ["", "1.21", "go\0", "x" * 600])
def test_only_versions_of_go_are_believed(go: str) -> None:
    with pytest.raises(Malformed):
        go_build_info.read(inline("path\tx\n", go), 0)


def test_addresses_outside_of_the_file_are_refused() -> None:
    places = address_map.of(elf_file(Shape(big_endian=True, machine=MIPS)))
    assert places.big_endian
    assert places.offset(BASE) == 0
    with pytest.raises(Malformed):
        places.offset(BASE - 1)


@given(st.binary(max_size=300))
def test_any_bytes_behind_the_magic_are_read_or_refused(rest: bytes) -> None:
    for data in (MAGIC + rest, elf_file(payload=MAGIC + rest)):
        try:
            info = go_build_info.read(data, data.find(MAGIC))
        except Malformed:
            continue
        assert info.go.startswith(("go", "devel"))


@given(st.lists(st.sampled_from(["module a", "require (", ")", "a v1.0.0", "replace a => b v1.1.1", "// x", "go 1"])))
def test_any_lines_of_a_go_mod_are_read(lines: list[str]) -> None:
    data = "\n".join(lines).encode()
    for item in go_modules.required(data):
        assert data[item.offset :].startswith(item.text.encode())
    assert list(go_modules.sums(data)) == []
