"""Golden inputs of what protects programs in PE and Mach-O."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from tests.support.assemblies import assembly
from tests.support.golden_case import Case
from tests.support.macho_programs import LIBRARY as DYLIB
from tests.support.macho_programs import OBJECT, RUNTIME, X86_64, Signing, program, universal
from tests.support.macho_programs import Shape as Macho
from tests.support.signed_pe import LIBRARY, PROGRAM, STRIPPED, Shape, image, signature, with_signatures

SUBSYSTEM_AT, SECTIONS_AT = 0x58 + 68, 0x58 + 240
PE, MACHO = "hardening/pe_hardening", "hardening/macho_hardening"
COOKIE_32, HANDLERS_32, COUNT_32 = 60, 64, 68
COOKIE, GUARDED, GUARDED_COUNT, GUARD_FLAGS = 88, 128, 136, 144
MODERN = Shape(
    library_flags=0x4160,
    config=((COOKIE, 0x140002000), (GUARDED, 0x140001000), (GUARDED_COUNT, 3), (GUARD_FLAGS, 0x0080_0500)),
    extended=1,
)
OLD = Shape(
    bits=32,
    flags=0x102 | STRIPPED,
    library_flags=0x40,
    sections=((".text", 0xE0000020), (".shared", 0xD0000040), (".data", 0xC0000040)),
    relocations=False,
    config=((COOKIE_32, 0),),
)
SAFE = Shape(bits=32, flags=LIBRARY | 0x100, library_flags=0x140, config=((HANDLERS_32, 0x402000), (COUNT_32, 2)))
UNGUARDED = Shape(library_flags=0x4140, flags=PROGRAM, config=((COOKIE, 0x140002000),))
DRIVER = Shape(subsystem=1, config=((COOKIE, 0x140002000),))
EFI = Shape(subsystem=10, library_flags=0x100)
OLD_EFI = Shape(subsystem=12, alignment=32, sections=((".text", 0xE0000020),), relocations=False)
RESOURCES = Shape(flags=LIBRARY, entry=0, sections=((".rsrc", 0x40000040),))
IN_TIME, TOO_LATE = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), datetime(2031, 1, 2, tzinfo=UTC)


CS = "com.apple.security.cs"
RELEASED = Macho(
    flags=0x200085,
    imports=("___stack_chk_fail", "___memcpy_chk", "_memcpy", "_objc_msgSend", "_objc_release"),
    rpaths=("@executable_path/../Frameworks",),
    signature=Signing(flags=RUNTIME, entitlements=(f"{CS}.allow-jit",), by=b"a message"),
)
IN_WORK = Macho(
    machine=X86_64,
    flags=0x20085,
    rights=7,
    segment=b"__RESTRICT",
    imports=("_strcpy", "_objc_msgSend"),
    rpaths=("/Users/somebody/build", "lib"),
    encryption=0,
    narrowed=False,
    signature=Signing(entitlements=("get-task-allow", f"{CS}.disable-library-validation")),
)


def cases() -> Iterator[Case]:
    yield from _pe_cases()
    yield from _macho_cases()


def _macho_cases() -> Iterator[Case]:
    released = program(RELEASED)
    yield Case(f"{MACHO}/released", released, "a program that is signed, for the hardened runtime")
    yield Case(f"{MACHO}/in-work", program(IN_WORK), "a program as it is built for its developer")
    changed = bytearray(released)
    changed[5000] ^= 1
    yield Case(f"{MACHO}/changed", bytes(changed), "a program of which a byte was changed after it was signed")
    images = (
        program(Macho(type=DYLIB, imports=("_malloc",))),
        program(Macho(machine=X86_64, flags=0x200000, encryption=1)),
    )
    yield Case(f"{MACHO}/universal", universal(*images), "a library for one architecture, a program for another")
    given_up = Signing(flags=RUNTIME, entitlements=(f"{CS}.disable-library-validation",), by=b"a message")
    yield Case(f"{MACHO}/exceptions", program(replace(RELEASED, signature=given_up)), "one that gives protection up")
    yield Case(f"{MACHO}/object", program(Macho(type=OBJECT)), "an object that is not linked yet")


def _pe_cases() -> Iterator[Case]:
    modern, efi = image(MODERN), image(EFI)
    yield Case(f"{PE}/modern", modern, "a 64-bit program with all protections, not signed")
    yield Case(f"{PE}/old", image(OLD), "a 32-bit program that cannot be moved, with sections that are writable code")
    yield Case(f"{PE}/safe-handlers", image(SAFE), "a 32-bit library that lists its exception handlers")
    yield Case(f"{PE}/unguarded", image(UNGUARDED), "a program that was linked for Control Flow Guard alone")
    yield Case(f"{PE}/driver", image(DRIVER), "a driver of Windows")
    yield Case(f"{PE}/resources", image(RESOURCES), "a library without code")
    yield Case(f"{PE}/assembly", _managed(), "an assembly of .NET, of a console program without machine code")
    yield Case(f"{PE}/efi-old", image(OLD_EFI), "an EFI driver whose code and data share pages")
    signed = signature(modern, stamped=IN_TIME)
    yield Case(
        f"{PE}/signed", with_signatures(modern, signed), "a program that was signed while its certificate was valid"
    )
    late = with_signatures(modern, signature(modern, stamped=TOO_LATE))
    yield Case(f"{PE}/signed-late", late, "a program that was signed after the end of the certificate")
    yield Case(
        f"{PE}/efi-signed", with_signatures(efi, signature(efi)), "an EFI application that was signed, with no time"
    )
    changed = bytearray(with_signatures(modern, signed))
    changed[1030] ^= 1
    yield Case(f"{PE}/changed", bytes(changed), "a program of which a byte was changed after it was signed")
    yield Case(f"{PE}/dos", b"MZ".ljust(64, b"\0"), "a program for DOS")


def _managed() -> bytes:
    """Its section of code begins with the header of the runtime, whose flags stand 16 bytes into it."""
    data = bytearray(assembly("Thing", (1, 2, 3, 4)))
    data[SUBSYSTEM_AT] = 3
    (at,) = struct.unpack_from("<I", data, SECTIONS_AT + 20)
    data[at + 16] = 1
    return bytes(data)
