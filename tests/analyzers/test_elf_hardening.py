"""elf_hardening: what each check says of files that differ in one thing."""

import struct

import pytest
from tests.analyzers.test_golden import artefact_of
from tests.support.elf_files import ARM, EXECUTABLE, MIPS, X86_64, Shape, elf_file
from tests.support.elf_sections import note, with_sections
from tests.support.guarded_elf import (
    AARCH64,
    ALL,
    ARM64,
    CODE,
    FLAGS,
    FLAGS_1,
    I386,
    MODERN,
    PIE,
    PLT_SIZE,
    READ_EXECUTE,
    READ_WRITE,
    RPATH,
    RUNPATH,
    debug_file,
    guarded,
    properties,
    static,
)

from pellucid.analyzers.hardening.elf_hardening import elf_hardening
from pellucid.domain.hardening import Hardening

PASS, FAIL, NOT_APPLICABLE, UNKNOWN = "pass", "fail", "notApplicable", "unknown"
# mov %fs:0x28,%rax and mov %gs:0x14,%eax.
READS_CANARY = {X86_64: bytes.fromhex("64488b042528000000"), I386: bytes.fromhex("65a114000000")}


def verdicts(data: bytes) -> dict[str, tuple[str, str]]:
    """(verdict, value) by check; every one has a reason, and evidence that lies in the file."""
    facts = list(elf_hardening(artefact_of(data, elf_hardening)))
    found = {}
    for fact in facts:
        assert isinstance(fact, Hardening)
        assert fact.subject == "elf"
        for check in fact.checks:
            assert check.reason.endswith(".")
            assert check.name not in found
            if check.evidence:
                assert 0 <= check.evidence.offset < len(data)
            found[check.name] = (str(check.verdict), check.value)
    return found


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (guarded(), (PASS, "pie")),
        (guarded(Shape(bits=64, machine=X86_64, type=EXECUTABLE)), (FAIL, "exec")),
        (guarded(interpreter="", soname="liba.so.1", now=False), (NOT_APPLICABLE, "shared")),
        (guarded(interpreter="", now=False), (NOT_APPLICABLE, "shared")),
        (guarded(interpreter="", tags=[(FLAGS_1, PIE)]), (PASS, "staticPie")),
        (guarded(soname="pppd.so.2"), (PASS, "pie")),
        (with_sections(MODERN, {".text": CODE}, type_=1), (NOT_APPLICABLE, "relocatable")),
    ],
    ids=["pie", "exec", "library", "plugin", "static-pie", "program-with-soname", "object"],
)
def test_position_independence(data: bytes, expected: tuple[str, str]) -> None:
    assert verdicts(data)["pie"] == expected


@pytest.mark.parametrize(
    ("machine", "bits", "expected"),
    [
        (X86_64, 64, (FAIL, "unmarked")),
        (I386, 32, (FAIL, "unmarked")),
        (ARM, 32, (FAIL, "unmarked")),
        (MIPS, 32, (FAIL, "unmarked")),
        (AARCH64, 64, (PASS, "default")),
        (243, 64, (PASS, "default")),
        (2, 32, (UNKNOWN, "unmarked")),
    ],
)
def test_without_a_header_the_machine_decides_about_the_stack(
    machine: int, bits: int, expected: tuple[str, str]
) -> None:
    said = verdicts(guarded(Shape(bits=bits, machine=machine), stack=None))
    assert said["nx"] == expected
    assert said["executableStack"] == (UNKNOWN, "unmarked")


def test_a_header_decides_about_the_stack_on_every_machine() -> None:
    for shape in (MODERN, ARM64, Shape(machine=MIPS, big_endian=True)):
        said = verdicts(guarded(shape, stack=ALL))
        assert (said["nx"], said["executableStack"]) == ((FAIL, "executable"), (FAIL, "present"))
        said = verdicts(guarded(shape, stack=READ_WRITE))
        assert (said["nx"], said["executableStack"]) == ((PASS, "marked"), (PASS, "absent"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (guarded(), (PASS, "full")),
        (guarded(relro=None), (FAIL, "none")),
        (guarded(now=False), (FAIL, "partial")),
        (guarded(now=False, tags=[(24, 0)]), (PASS, "full")),
        (guarded(now=False, tags=[(PLT_SIZE, 0)]), (PASS, "full")),
        (guarded(Shape(machine=MIPS), now=False, tags=[(PLT_SIZE, 0)]), (FAIL, "partial")),
        (guarded(relro=(0, 0x80)), (FAIL, "partial")),
    ],
    ids=["full", "none", "lazy", "bind-now", "nothing-lazy", "mips", "table-outside"],
)
def test_relro(data: bytes, expected: tuple[str, str]) -> None:
    assert verdicts(data)["relro"] == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (guarded(), (PASS, "imported")),
        (guarded(imports=["__stack_smash_handler"]), (PASS, "imported")),
        (guarded(imports=["memcpy"]), (FAIL, "absent")),
        (guarded(imports=["memcpy"], sections={".text": bytes(500)}), (UNKNOWN, "littleCode")),
        (guarded(imports=["memcpy"], sections={".text": b""}), (NOT_APPLICABLE, "noCode")),
        (guarded(imports=["memcpy"], sections={".text": CODE, ".data": b"/rustc/"}), (NOT_APPLICABLE, "language")),
        (guarded(imports=[], needed=[], soname="ld-linux.so.3"), (NOT_APPLICABLE, "loader")),
        (static(MODERN), (FAIL, "absent")),
        (static(MODERN, code=CODE + READS_CANARY[X86_64]), (PASS, "code")),
        (static(Shape(machine=I386), code=CODE + READS_CANARY[I386]), (PASS, "code")),
        (static(Shape(machine=ARM)), (UNKNOWN, "noNames")),
        (static(Shape(machine=ARM), sections=[".symtab"]), (FAIL, "absent")),
    ],
    ids=[
        "imported",
        "propolice",
        "absent",
        "little",
        "none",
        "rust",
        "loader",
        "static",
        "static-x86-64",
        "static-i386",
        "static-arm",
        "static-arm-symbols",
    ],
)
def test_canary(data: bytes, expected: tuple[str, str]) -> None:
    assert verdicts(data)["stackCanary"] == expected


def test_a_canary_counts_when_its_name_is_among_the_symbols_only() -> None:
    named = guarded(imports=["memcpy"], sections={".text": CODE, ".strtab": b"\0__stack_chk_fail\0"})
    told = guarded(imports=["memcpy"], sections={".text": CODE, ".rodata": b"\0__stack_chk_fail\0"})
    assert verdicts(named)["stackCanary"] == (PASS, "linked")
    assert verdicts(told)["stackCanary"] == (FAIL, "absent")


@pytest.mark.parametrize(
    ("imports", "needed", "expected"),
    [
        (["__printf_chk", "memcpy", "strcpy"], "libc.so.6", (PASS, "1/3")),
        (["printf", "memcpy"], "libc.so.6", (FAIL, "0/2")),
        (["memcpy"], "libc.so.6", (UNKNOWN, "0/1")),
        (["printf"], "libc.so", (UNKNOWN, "0/1")),
        (["printf"], "libc.so.0", (NOT_APPLICABLE, "0/1")),
        (["printf"], "libc.musl-x86_64.so.1", (NOT_APPLICABLE, "0/1")),
        (["malloc", "strlcpy"], "libc.so.6", (NOT_APPLICABLE, "0/0")),
        ([], "libc.so.6", (UNKNOWN, "")),
    ],
    ids=["some", "none", "safe", "bionic", "uclibc", "musl", "nothing", "no-imports"],
)
def test_fortify(imports: list[str], needed: str, expected: tuple[str, str]) -> None:
    assert verdicts(guarded(imports=imports, needed=[needed]))["fortify"] == expected


def test_strlcpy_has_a_checked_variant_in_new_libraries() -> None:
    new = guarded(imports=["strlcpy", "__strlcat_chk"], sections={".text": CODE, ".x": b"GLIBC_2.38\0"})
    assert verdicts(new)["fortify"] == (PASS, "1/2")


@pytest.mark.parametrize(
    ("value", "ibt", "shstk"), [(1, PASS, FAIL), (2, FAIL, PASS), (3, PASS, PASS), (0, FAIL, FAIL)]
)
def test_control_flow_enforcement_of_x86(value: int, ibt: str, shstk: str) -> None:
    notes = {".text": CODE, ".note.gnu.property": properties(MODERN, 0xC000_0002, value)}
    said = verdicts(guarded(sections=notes))
    assert (said["ibt"][0], said["shstk"][0]) == (ibt, shstk)
    assert "pac" not in said


def test_control_flow_enforcement_is_not_for_32_bits() -> None:
    said = verdicts(guarded(Shape(machine=I386)))
    assert (said["ibt"], said["shstk"]) == ((NOT_APPLICABLE, "32-bit"), (NOT_APPLICABLE, "32-bit"))


@pytest.mark.parametrize(
    ("code", "value", "pac", "bti"),
    [
        (CODE, 3, (PASS, "marked"), (PASS, "marked")),
        (CODE, 0, (FAIL, "absent"), (FAIL, "absent")),
        (CODE + bytes.fromhex("3f2303d5"), 0, (PASS, "unmarked"), (FAIL, "absent")),
    ],
    ids=["marked", "bare", "signs"],
)
def test_protection_of_branches_of_aarch64(code: bytes, value: int, pac: tuple[str, str], bti: tuple[str, str]) -> None:
    notes = {".text": code, ".note.gnu.property": properties(ARM64, 0xC000_0000, value)}
    said = verdicts(guarded(ARM64, sections=notes))
    assert (said["pac"], said["bti"]) == (pac, bti)
    assert "ibt" not in said


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", (PASS, "none")),
        ("/usr/lib", (PASS, "absolute")),
        ("$ORIGIN/../lib:/usr/lib", (PASS, "origin")),
        ("/usr/lib:", (FAIL, "empty")),
        (":/usr/lib", (FAIL, "empty")),
        ("/usr/lib::/lib", (FAIL, "empty")),
        ("lib", (FAIL, "relative")),
        ("../lib:/tmp", (FAIL, "relative")),
        ("/usr/lib:/tmp/build/lib", (FAIL, "writable")),
        ("/tmpfiles", (PASS, "absolute")),
    ],
)
def test_paths_for_libraries(path: str, expected: tuple[str, str]) -> None:
    for tag, name, other in ((RPATH, "rpath", "runpath"), (RUNPATH, "runpath", "rpath")):
        said = verdicts(guarded(texts={tag: path}))
        assert (said[name], said[other]) == (expected, (PASS, "none"))


def test_segments_and_text_relocations() -> None:
    assert verdicts(guarded(flags=ALL))["writeExecuteSegments"] == (FAIL, "present")
    assert verdicts(guarded(flags=READ_EXECUTE))["writeExecuteSegments"] == (PASS, "absent")
    assert verdicts(guarded(tags=[(22, 0)]))["textRelocations"] == (FAIL, "present")
    assert verdicts(guarded(tags=[(FLAGS, 4)]))["textRelocations"] == (FAIL, "present")
    assert verdicts(guarded())["textRelocations"] == (PASS, "absent")
    assert verdicts(static(MODERN))["textRelocations"] == (NOT_APPLICABLE, "static")


def test_what_clang_leaves() -> None:
    said = verdicts(guarded(imports=["__cfi_slowpath", "__safestack_pointer_address", "memcpy"]))
    assert (said["cfi"], said["safeStack"]) == ((PASS, "clang"), (PASS, "present"))
    said = verdicts(guarded())
    assert (said["cfi"], said["safeStack"]) == ((UNKNOWN, "noTrace"), (UNKNOWN, "noTrace"))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (static(Shape(machine=ARM), text=b"uart ready"), "freestanding"),
        (static(MODERN, sections=["__ksymtab"]), "freestanding"),
        (with_sections(MODERN, {".modinfo": b"a=b\0"}, type_=1), "module"),
        (elf_file(MODERN, soname="linux-vdso.so.1"), "vdso"),
    ],
    ids=["firmware", "kernel", "module", "vdso"],
)
def test_what_no_loader_sees_fails_nothing(data: bytes, word: str) -> None:
    said = verdicts(data)
    assert {verdict for verdict, _ in said.values()} <= {NOT_APPLICABLE, UNKNOWN}
    assert {value for _, value in said.values()} == {word}


def test_a_program_for_a_system_is_loaded_by_it() -> None:
    tag = note(MODERN, "GNU", 1, bytes(16))
    marked = static(MODERN, text=b"no paths")
    assert verdicts(marked)["pie"] == (NOT_APPLICABLE, "freestanding")
    assert verdicts(with_sections(MODERN, {".text": CODE, ".note.ABI-tag": tag}, file=marked))["pie"] == (FAIL, "exec")


def test_files_without_anything_to_load_have_no_verdicts() -> None:
    core = bytearray(guarded())
    core[16] = 4
    assert not verdicts(debug_file())
    assert not verdicts(bytes(core))


@pytest.mark.parametrize("place", [1 << 40, 70], ids=["behind-the-end", "no-table"])
def test_sections_that_are_not_there_keep_no_verdict_back(place: int) -> None:
    data = bytearray(guarded(imports=["printf"]))
    struct.pack_into("<Q", data, 40, place)
    said = verdicts(bytes(data))
    assert said["relro"] == (PASS, "full")
    # The segment that can be run counts as code, which is small here.
    assert said["stackCanary"] == (UNKNOWN, "littleCode")
