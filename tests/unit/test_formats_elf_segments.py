"""Segments, dynamic tags and properties of ELF files: by hand for all shapes, from the compiler, and damaged."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.elf_files import MIPS, X86_64, Shape
from tests.support.elf_sections import note, with_sections
from tests.support.guarded_elf import READ_EXECUTE, RUNPATH, STACK, guarded, properties

from pellucid.errors import Malformed
from pellucid.formats import elf_properties, elf_segments
from pellucid.formats.elf_segments import SegmentType, Tag

SHAPES = [
    Shape(),
    Shape(bits=64, machine=X86_64),
    Shape(big_endian=True, machine=MIPS),
    Shape(bits=64, big_endian=True, machine=21),
]
IDS = ["arm", "x86_64", "mips", "ppc64"]


@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
def test_reads_segments_with_their_flags(shape: Shape) -> None:
    found = elf_segments.read(guarded(shape, stack=7, relro=(0x40, 0x80)))
    stack, relro, load = (
        found.first(type_) for type_ in (SegmentType.GNU_STACK, SegmentType.GNU_RELRO, SegmentType.LOAD)
    )
    assert stack is not None
    assert relro is not None
    assert load is not None
    assert stack.flags == 7
    assert (relro.offset, relro.size, relro.memory) == (0x40, 0x80, 0x80)
    assert relro.holds(relro.address)
    assert not relro.holds(relro.address + 0x80)
    assert load.flags == READ_EXECUTE
    assert found.first(SegmentType.TLS) is None


@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
def test_a_segment_stands_where_its_header_says(shape: Shape) -> None:
    data = guarded(shape)
    stack = elf_segments.read(data).first(SegmentType.GNU_STACK)
    assert stack is not None
    assert data[stack.header :].startswith(shape.pack("I", STACK))


@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
def test_reads_tags_and_the_names_they_stand_for(shape: Shape) -> None:
    data = guarded(shape, texts={RUNPATH: "/a::/b"}, tags=[(22, 0)])
    found = elf_segments.read(data)
    assert found.tags[Tag.FLAGS] == 8
    assert Tag.TEXT_RELOCATIONS in found.tags
    at, text = found.text(data, Tag.RUNPATH)
    assert text == b"/a::/b"
    assert data[at:].startswith(b"/a::/b\0")
    assert found.text(data, Tag.RPATH) == (-1, b"")


@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
def test_reads_properties_and_the_system(shape: Shape) -> None:
    notes = {
        ".note.gnu.property": properties(shape, 0xC000_0002, 3),
        ".note.ABI-tag": note(shape, "GNU", 1, bytes(16)),
    }
    data = with_sections(shape, notes)
    found = elf_properties.read(data)
    assert found.values == {0xC000_0002: 3}
    assert data[found.at[0xC000_0002] :].startswith(shape.pack("3I", 0xC000_0002, 4, 3))
    assert found.system == "GNU"
    assert elf_properties.read(guarded(shape)).system == ""


def test_reads_what_a_compiler_makes(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int main(void) { return 0; }\n")
    for name, options in (("now", ("-Wl,-z,relro,-z,now",)), ("stack", ("-z", "execstack", "-Wl,-z,norelro"))):
        subprocess.run(["gcc", *options, "-o", tmp_path / name, tmp_path / "a.c"], check=True, cwd=tmp_path)
    now = elf_segments.read((tmp_path / "now").read_bytes())
    assert now.tags[Tag.FLAGS] & 8
    assert now.first(SegmentType.GNU_RELRO)
    open_ = elf_segments.read((tmp_path / "stack").read_bytes())
    stack = open_.first(SegmentType.GNU_STACK)
    assert stack is not None
    assert stack.flags == 7
    assert open_.first(SegmentType.GNU_RELRO) is None


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"\x7fELF" + bytes(60), b"x" * 64])
def test_refuses_what_is_no_elf_file(data: bytes) -> None:
    with pytest.raises(Malformed):
        elf_segments.read(data)


@settings(max_examples=200)
@given(st.data())
def test_damage_gives_a_value_or_malformed(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from(SHAPES))
    whole = guarded(shape, sections={".note.gnu.property": properties(shape, 0xC000_0002, 3)}, texts={RUNPATH: "/a"})
    damaged = bytearray(whole)
    for at, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), min_size=1, max_size=12)
    ):
        damaged[at] = value
    cut = bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    try:
        found = elf_segments.read(cut)
        at, text = found.text(cut, Tag.RUNPATH)
        assert at < 0 or cut[at : at + len(text)] == text
        elf_properties.read(cut)
    except Malformed:
        pass
