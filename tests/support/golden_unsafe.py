"""Golden cases of unsafe functions in PE and Mach-O files."""

import struct
from collections.abc import Iterator, Sequence

from tests.support import pe_images
from tests.support.calling_programs import MACHINES, program
from tests.support.golden_case import Case

NAME = "hardening/unsafe_functions"
SYMTAB = 2
# What may be done with the first section; the address of the text that stands behind the names of windows_calls.
FLAGS_AT, TEXT = 0x40 + 24 + 240 + 36, 0x2078
UNDEFINED_EXTERNAL, DEFINED_EXTERNAL = 0x01, 0x0F


def cases() -> Iterator[Case]:
    windows = importing_pe(["CreateFileW", "lstrcpyA", "wsprintfA", "strcpy_s", "system"])
    yield Case(f"{NAME}/windows", windows, "a program for Windows that imports lstrcpyA, wsprintfA and system")
    # lea rcx, [the text]; call wsprintfA by its slot; call the stub of system that stands behind.
    code = b"\x48\x8d\x0d" + struct.pack("<i", TEXT - 0x1007)
    code += b"\xff\x15" + struct.pack("<i", 0x2000 - 0x100D) + b"\xe8" + struct.pack("<i", 0x1018 - 0x1012)
    code += b"\xc3".ljust(6, b"\xcc") + b"\xff\x25" + struct.pack("<i", 0x2008 - 0x101E)
    image = bytearray(importing_pe(["wsprintfA", "system"], code, library="msvcrt.dll\0del %s"))
    struct.pack_into("<I", image, FLAGS_AT, 0x6000_0020)
    assert image.index(b"del %s") == 0x400 + TEXT - 0x2000
    yield Case(f"{NAME}/windows_calls", bytes(image), "a program for Windows that puts a command together and runs it")
    safe = importing_pe(["CreateFileW", "strcpy_s", "mktemp"])
    yield Case(f"{NAME}/windows_safe", safe, "a program for Windows; mktemp is no function of its libraries")
    mac = importing_macho(["_strcpy", "___strcpy_chk", "_popen$UNIX2003", "strcat", "_lstrcpyA"])
    yield Case(f"{NAME}/mac", mac, "a program for macOS that imports strcpy, also the checked one, and popen")
    for machine, what in (("x86-64", "x86-64"), ("thumb", "Arm, in Thumb"), ("mips", "MIPS"), ("aarch64", "AArch64")):
        calling, _ = program(MACHINES[machine], ("snprintf", "system", "strcpy"))
        yield Case(
            f"{NAME}/calls_{machine.replace('-', '_')}", calling, f"a program for {what} with calls, also of system"
        )
    yield Case(f"{NAME}/mac_calls", calling_macho(), "a program for macOS that puts a command together and runs it")
    yield Case(f"{NAME}/mac_safe", importing_macho(["___sprintf_chk", "_snprintf"]), "a program for macOS")


def importing_pe(names: Sequence[str], code: bytes = b"\xc3", *, library: str = "msvcrt.dll") -> bytes:
    """A PE32+ program with `code` at 0x1000, and functions of one library whose slots begin at 0x2000."""
    slots = 8 * (len(names) + 1)
    table, texts = b"", b""
    at = 0x2000 + slots + 40 + slots
    for name in names:
        table += struct.pack("<Q", at + len(texts))
        texts += b"\0\0" + name.encode() + b"\0"
    table += bytes(8)
    descriptor = struct.pack("<5I", 0x2000 + slots + 40, 0, 0, at + len(texts), 0x2000) + bytes(20)
    texts += library.encode() + b"\0"
    data = bytearray(pe_images.image({".text": code, ".idata": table + descriptor + table + texts}))
    struct.pack_into("<II", data, 0x40 + 24 + 112 + 8, 0x2000 + slots, 40)
    return bytes(data)


def importing_macho(names: Sequence[str]) -> bytes:
    """A 64-bit program that has nothing but symbols: `_main`, and those that it imports."""
    texts, rows = b"\0", b""
    for name, kind, section in (("_main", DEFINED_EXTERNAL, 1), *((name, UNDEFINED_EXTERNAL, 0) for name in names)):
        rows += struct.pack("<IBBHQ", len(texts), kind, section, 0, 0x1000 * section)
        texts += name.encode() + b"\0"
    at = 32 + 24
    command = struct.pack("<6I", SYMTAB, 24, at, len(rows) // 16, at + len(rows), len(texts))
    return struct.pack("<8I", 0xFEEDFACF, 0x0100_000C, 0, 2, 1, len(command), 0, 0) + command + rows + texts


def calling_macho() -> bytes:
    """A program for x86-64 whose main gives `rm %s` to sprintf, then calls system, by stubs that are not aligned."""
    base, at = 0x1_0000_0000, 32 + 72 + 3 * 80 + 24 + 80 + 24
    text, stubs, got = at, at + 20, at + 32
    code = b"\x48\x8d\x35" + struct.pack("<i", got + 16 - text - 7)
    code += b"\xe8" + struct.pack("<i", stubs - text - 12) + b"\xe8" + struct.pack("<i", stubs + 6 - text - 17)
    code = code.ljust(20, b"\xc3")
    for number in range(2):
        code += b"\xff\x25" + struct.pack("<i", got + 8 * number - stubs - 6 * number - 6)
    content = code + bytes(16) + b"rm %s\0\0\0"
    symbols = at + len(content)
    names = b"\0_main\0_sprintf\0_system\0"
    rows = struct.pack("<IBBHQ", 1, DEFINED_EXTERNAL, 1, 0, base + text)
    rows += b"".join(struct.pack("<IBBHQ", place, UNDEFINED_EXTERNAL, 0, 0, 0) for place in (7, 16))
    indirect = struct.pack("<4I", 1, 2, 1, 2)
    size = symbols + len(rows) + len(names) + len(indirect)
    commands = struct.pack("<II16sQQQQ4I", 0x19, 72 + 3 * 80, b"__TEXT", base, size, 0, size, 7, 5, 3, 0)
    for name, place, length, flags, first, width in (
        (b"__text", text, 20, 0x8000_0400, 0, 0),
        (b"__stubs", stubs, 12, 0x8000_0408, 0, 6),
        (b"__got", got, 16, 6, 2, 0),
    ):
        commands += struct.pack(
            "<16s16sQQ8I", name, b"__TEXT", base + place, length, place, 0, 0, 0, flags, first, width, 0
        )
    commands += struct.pack("<6I", SYMTAB, 24, symbols, 3, symbols + len(rows), len(names))
    commands += struct.pack("<20I", 0xB, 80, *[0] * 12, symbols + len(rows) + len(names), 4, *[0] * 4)
    commands += struct.pack("<IIQQ", 0x8000_0028, 24, text, 0)
    header = struct.pack("<8I", 0xFEEDFACF, 0x0100_0007, 3, 2, 6, len(commands), 0, 0)
    assert len(header + commands) == at
    return header + commands + content + rows + names + indirect
