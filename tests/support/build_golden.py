"""Makes the inputs of the golden cases of analyzers: python -m tests.support.build_golden

Text and ELF files are made here, byte for byte the same each time. Keys and certificates are made with openssl and are
new with each run, so those cases are only built when their input is missing.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.support import (
    golden_algorithms,
    golden_android,
    golden_bills,
    golden_bouncy,
    golden_bsd,
    golden_builders,
    golden_built_in,
    golden_copyrights,
    golden_crypto,
    golden_dotnet,
    golden_elf_hardening,
    golden_go,
    golden_java,
    golden_javascript,
    golden_keys,
    golden_languages,
    golden_leaked,
    golden_linux,
    golden_mcu,
    golden_microcode,
    golden_new_keys,
    golden_openpgp,
    golden_packages,
    golden_programs,
    golden_python,
    golden_rpm,
    golden_rust,
    golden_scripting,
    golden_secrets,
    golden_secure_boot,
    golden_signify,
    golden_starts,
    golden_strings,
    golden_system_settings,
    golden_systems,
    golden_terse,
    golden_threats,
    golden_unsafe,
    golden_verity,
    golden_vex,
    signed_modules,
)
from tests.support.elf_files import ARM, EXECUTABLE, MIPS, X86_64, Shape, elf_file
from tests.support.golden_case import Case, write

ROOT = Path(__file__).resolve().parents[1] / "analyzers"
PROGRAM = Shape(type=EXECUTABLE, machine=MIPS, big_endian=True)
LIBRARY = Shape(machine=ARM)
MODERN = Shape(bits=64, machine=X86_64)


def cases() -> Iterator[Case]:
    yield from golden_android.cases()
    yield from golden_mcu.cases()
    yield from golden_signify.cases()
    yield from golden_builders.cases()
    yield from golden_copyrights.cases()
    yield from golden_bills.cases()
    yield from golden_dotnet.cases()
    yield from golden_linux.cases()
    yield from golden_java.cases()
    yield from golden_rust.cases()
    yield from golden_bsd.cases()
    yield from golden_packages.cases()
    yield from golden_rpm.cases()
    yield from golden_systems.cases()
    yield from golden_javascript.cases()
    yield from golden_python.cases()
    yield from golden_scripting.cases()
    yield from golden_languages.cases()
    yield from golden_leaked.cases()
    yield from _elf_cases()
    yield from golden_starts.cases()
    yield from golden_go.cases()
    yield from golden_strings.cases()
    yield from golden_vex.cases()
    yield from golden_algorithms.cases()
    yield from golden_built_in.cases()
    yield from golden_unsafe.cases()
    yield from golden_system_settings.cases()
    yield from golden_programs.cases()
    yield from golden_secure_boot.cases()
    yield from golden_microcode.cases()
    yield from golden_elf_hardening.cases()
    yield from signed_modules.cases()
    yield from golden_secrets.cases()
    yield from golden_threats.cases()
    yield from golden_terse.cases()
    yield from golden_verity.cases()


def _elf_cases() -> Iterator[Case]:
    program = elf_file(
        PROGRAM, imports=["strcpy", "printf", "system"], needed=["libc.so.0"], interpreter="/lib/ld.so.1"
    )
    library = elf_file(LIBRARY, imports=["malloc", "__strcpy_chk"], soname="libthing.so.1")
    modern = elf_file(MODERN, imports=["vsprintf", "snprintf", "gets"], interpreter="/lib64/ld-linux-x86-64.so.2")
    yield Case("components/elf_components/program", program, "a big-endian MIPS program without sections")
    yield Case("components/elf_components/library", library, "an ARM library without sections")
    yield Case("components/elf_components/pie", modern, "a position-independent x86-64 program")
    yield Case("components/elf_components/broken", library[:60], "an ELF header with nothing behind it")
    yield Case("components/elf_components/text", b"\x7fELF is how it begins\n", "text that only begins as ELF does")
    core = bytearray(program)
    core[16:18] = b"\0\4"
    yield Case("components/elf_components/core", bytes(core), "an ELF core dump")
    yield Case("hardening/unsafe_functions/program", program, "a program that imports strcpy and system")
    yield Case("hardening/unsafe_functions/modern", modern, "a 64-bit program that imports vsprintf and gets")
    yield Case("hardening/unsafe_functions/fortified", library, "a library that imports __strcpy_chk")


def main() -> None:
    for case in cases():
        write(ROOT, case)
    golden_crypto.build(ROOT)
    golden_keys.build(ROOT)
    golden_bouncy.build(ROOT)
    golden_new_keys.build(ROOT)
    golden_openpgp.build(ROOT)


if __name__ == "__main__":
    main()
