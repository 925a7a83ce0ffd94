"""ELF files: by hand without sections, from the compiler with them, and damaged."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.elf_files import EXECUTABLE, MIPS, SHARED, X86_64, Shape, elf_file

from pellucid.errors import Malformed
from pellucid.formats import elf

SHAPES = [
    Shape(),
    Shape(bits=64, machine=X86_64),
    Shape(big_endian=True, machine=MIPS),
    Shape(bits=64, big_endian=True, machine=21),
]


@pytest.mark.parametrize("shape", SHAPES, ids=["arm", "x86_64", "mips", "ppc64"])
def test_reads_what_stands_behind_the_program_headers(shape: Shape) -> None:
    data = elf_file(shape, imports=["strcpy", "system"], needed=["libc.so.6", "libz.so.1"], soname="libx.so.1")
    found = elf.read(data)
    assert found.header.bits == shape.bits
    assert found.header.little_endian is not shape.big_endian
    assert found.needed == ("libc.so.6", "libz.so.1")
    assert found.soname == "libx.so.1"
    assert not found.is_program
    for symbol in found.imports:
        assert data[symbol.offset :].startswith(symbol.name.encode() + b"\0")
    assert [symbol.name for symbol in found.imports] == ["strcpy", "system"]


@pytest.mark.parametrize(
    ("type_", "soname", "interpreter", "program"),
    [
        (EXECUTABLE, "", "", True),
        (SHARED, "", "/lib/ld.so.1", True),
        (SHARED, "libc.so.6", "/lib/ld.so.1", False),
        (SHARED, "", "", False),
    ],
    ids=["static", "position-independent", "library-that-runs", "plugin"],
)
def test_tells_programs_from_libraries(type_: int, soname: str, interpreter: str, program: bool) -> None:
    found = elf.read(elf_file(Shape(type=type_), soname=soname, interpreter=interpreter))
    assert found.is_program is program
    assert found.interpreter == interpreter


def test_a_program_that_others_link_to_is_a_program() -> None:
    marked = elf_file(soname="pppd.so.2", interpreter="/lib/ld.so.1", tags=[(0x6FFF_FFFB, elf.DF_1_PIE)])
    assert elf.read(marked).is_program


def test_reads_what_a_compiler_makes(tmp_path: Path) -> None:
    source = tmp_path / "a.c"
    source.write_text("#include <stdlib.h>\nint main(int c, char **v) { return system(v[c - 1]); }\n")
    for name, options in (("program", ()), ("object", ("-c",))):
        subprocess.run(["gcc", *options, "-o", str(tmp_path / name), str(source)], check=True)
    program = elf.read((tmp_path / "program").read_bytes())
    assert program.is_program
    assert program.interpreter.startswith("/lib")
    assert "libc.so.6" in program.needed
    assert "system" in {symbol.name for symbol in program.imports}
    assert elf.read((tmp_path / "object").read_bytes()).header.type is elf.ElfType.RELOCATABLE


@pytest.mark.parametrize("hash_style", ["gnu", "sysv", "both"])
@pytest.mark.parametrize("stripped", [False, True], ids=["sections", "no-sections"])
def test_symbols_and_paths_are_those_that_the_linker_wrote(tmp_path: Path, hash_style: str, stripped: bool) -> None:
    source = tmp_path / "a.c"
    source.write_text(
        "#include <stdio.h>\nextern int maybe(void) __attribute__((weak));\nint given = 3;\n"
        "static int hidden(void) { return 1; }\n"
        'int offered(void) { return puts("") + hidden() + (maybe ? maybe() : 0); }\n'
    )
    library = tmp_path / "liba.so"
    options = ["-shared", "-fPIC", f"-Wl,--hash-style={hash_style}", "-Wl,-soname,liba.so.3", "-Wl,--enable-new-dtags"]
    subprocess.run(["gcc", *options, "-Wl,-rpath,$ORIGIN/../lib:/opt/lib", "-o", str(library), str(source)], check=True)
    data = bytearray(library.read_bytes())
    if stripped:
        # As sstrip leaves it: no section headers.
        data[0x28:0x30] = bytes(8)
        data[0x3A:0x40] = bytes(6)
    found = elf.read(bytes(data))
    assert (found.soname, found.runpath, found.rpath) == ("liba.so.3", ("$ORIGIN/../lib", "/opt/lib"), ())
    listed = subprocess.run(
        ["readelf", "-W", "--dyn-syms", str(library)], check=True, capture_output=True, text=True
    ).stdout
    names: dict[bool, set[str]] = {True: set(), False: set()}
    for row in (line.split() for line in listed.splitlines()):
        if len(row) >= 8 and row[0][:-1].isdigit():
            names[row[6] == "UND"].add(row[7].split("@")[0])
    assert {symbol.name for symbol in found.imports} == names[True] >= {"puts", "maybe"}
    assert {symbol.name for symbol in found.exports} == names[False] >= {"given", "offered"}
    for symbol in (*found.imports, *found.exports):
        assert data[symbol.offset :].startswith(symbol.name.encode() + b"\0")


def test_names_a_machine_that_has_no_name_by_its_number() -> None:
    assert elf.header(elf_file(Shape(machine=0xCAFE))).machine == "machine-51966"


@pytest.mark.parametrize(
    "data",
    [b"", b"\x7fELF", b"MZ" + bytes(100), b"\x7fELF\x03\x01\x01" + bytes(60), b"\x7fELF\x01\x01\x01" + b"\xee" * 60],
    ids=["empty", "magic", "other", "class", "type"],
)
def test_refuses_what_is_no_elf_file(data: bytes) -> None:
    with pytest.raises(Malformed):
        elf.read(data)


@settings(max_examples=150, deadline=None)
@given(
    shape=st.sampled_from(SHAPES),
    changes=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), min_size=1, max_size=12),
    cut=st.integers(0, 700),
)
def test_damaged_files_give_a_value_or_malformed(shape: Shape, changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(elf_file(shape, imports=["strcpy"], needed=["libc.so.6"], interpreter="/lib/ld.so.1"))
    for offset, value in changes:
        data[offset % len(data)] = value
    try:
        found = elf.read(bytes(data[: max(cut, 20)]))
    except Malformed:
        return
    assert found.header.bits in (32, 64)
