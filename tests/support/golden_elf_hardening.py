"""Golden cases of how ELF files are guarded."""

from collections.abc import Iterator

from tests.support.elf_files import ARM, EXECUTABLE, MIPS, Shape
from tests.support.elf_sections import with_sections
from tests.support.golden_case import Case
from tests.support.guarded_elf import (
    ALL,
    ARM64,
    MODERN,
    RUNPATH,
    debug_file,
    guarded,
    properties,
    static,
)

HERE = "hardening/elf_hardening/"
CODE = bytes(9000)


def cases() -> Iterator[Case]:
    marked = {".text": CODE, ".note.gnu.property": properties(MODERN, 0xC000_0002, 3)}
    yield Case(f"{HERE}guarded", guarded(sections=marked), "an x86-64 program that is guarded in every way")
    bare = guarded(
        Shape(machine=ARM, type=EXECUTABLE),
        stack=None,
        relro=None,
        now=False,
        flags=ALL,
        imports=["strcpy", "printf"],
        interpreter="/lib/ld-linux.so.3",
        tags=[(22, 0)],
        texts={RUNPATH: "/usr/lib:../lib"},
        sections={".text": CODE, ".symtab": b"", ".debug_info": b"x"},
    )
    yield Case(f"{HERE}bare", bare, "an ARM program that is guarded in no way, with symbols")
    mips = guarded(
        Shape(machine=MIPS, big_endian=True),
        stack=ALL,
        relro=(0, 0x80),
        now=False,
        tags=[(24, 0)],
        interpreter="",
        soname="libthing.so.1",
    )
    yield Case(f"{HERE}mips", mips, "a big-endian MIPS library: executable stack, a table of functions that stays open")
    arm64 = guarded(ARM64, sections={".text": CODE, ".note.gnu.property": properties(ARM64, 0xC000_0000, 3)})
    yield Case(f"{HERE}arm64", arm64, "an AArch64 program with signed return addresses and marked targets")
    module = with_sections(Shape(bits=64, machine=62), {".modinfo": b"name=thing\0"}, type_=1)
    yield Case(f"{HERE}module", module, "a kernel module")
    yield Case(f"{HERE}firmware", static(Shape(machine=ARM), text=b"uart"), "firmware in ELF that nothing loads")
    yield Case(f"{HERE}debug", debug_file(), "a file with debug information of another one")
    yield Case(f"{HERE}text", b"\x7fELF is how it begins\n", "text that only begins as ELF does")
