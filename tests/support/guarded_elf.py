"""ELF files with and without what guards them against attacks, made by hand."""

import struct
from collections.abc import Mapping, Sequence

from tests.support.elf_files import BASE, EXECUTABLE, X86_64, Segment, Shape, elf_file
from tests.support.elf_sections import note, with_sections

STACK, RELRO, TLS = 0x6474_E551, 0x6474_E552, 7
PLT_SIZE, PLT_GOT, RPATH, RUNPATH, FLAGS, FLAGS_1 = 2, 3, 15, 29, 30, 0x6FFF_FFFB
BIND_NOW, TEXT_RELOCATIONS, NOW, PIE = 8, 4, 1, 0x0800_0000
READ, READ_EXECUTE, READ_WRITE, ALL = 4, 5, 6, 7
AARCH64, I386 = 183, 3
LINUX = "/lib64/ld-linux-x86-64.so.2"
MODERN = Shape(bits=64, machine=X86_64)
ARM64 = Shape(bits=64, machine=AARCH64)
CODE = bytes(10_000)
"""More code than a program has that needs no canary."""


def properties(shape: Shape, kind: int, value: int) -> bytes:
    """A note of one property with four bytes."""
    content = shape.pack("3I", kind, 4, value) + bytes(4 if shape.bits == 64 else 0)
    return note(shape, "GNU", 5, content)


def guarded(
    shape: Shape = MODERN,
    *,
    stack: int | None = READ_WRITE,
    relro: tuple[int, int] | None = (0, 0x1000),
    now: bool = True,
    flags: int = READ_EXECUTE,
    imports: Sequence[str] = ("__stack_chk_fail", "__printf_chk", "memcpy"),
    interpreter: str = LINUX,
    tags: Sequence[tuple[int, int]] = (),
    texts: Mapping[int, str] | None = None,
    needed: Sequence[str] = ("libc.so.6",),
    soname: str = "",
    sections: Mapping[str, bytes] | None = None,
) -> bytes:
    """A program that is guarded in every way, but for what is asked for otherwise; `relro` is an offset and a size."""
    more = [] if stack is None else [Segment(type=STACK, flags=stack)]
    if relro is not None:
        more.append(Segment(type=RELRO, offset=relro[0], size=relro[1]))
    bound = [(FLAGS, BIND_NOW), (FLAGS_1, NOW | PIE)] if now else [(PLT_SIZE, 24)]
    file = elf_file(
        shape,
        imports=imports,
        needed=needed,
        soname=soname,
        interpreter=interpreter,
        tags=(*tags, (PLT_GOT, BASE + 0x100), *bound),
        texts=texts or {},
        more=more,
        flags=flags,
    )
    return with_sections(shape, {".text": CODE} if sections is None else sections, file=file)


def static(shape: Shape, *, code: bytes = CODE, text: bytes = b"/dev/null\0", sections: Sequence[str] = ()) -> bytes:
    """A program that is linked statically: no interpreter, nothing imported, with the paths that a C library names."""
    file = elf_file(
        Shape(bits=shape.bits, big_endian=shape.big_endian, machine=shape.machine, type=EXECUTABLE),
        dynamic=False,
        flags=READ_EXECUTE,
        more=[Segment(type=STACK, flags=READ_WRITE)],
    )
    return with_sections(shape, {".text": code, ".rodata": text, **dict.fromkeys(sections, b"\0")}, file=file)


def debug_file(shape: Shape = MODERN) -> bytes:
    """A program whose sections have no bytes, as files with debug information have them."""
    data = bytearray(guarded(shape, sections={".text": CODE}))
    (at,) = struct.unpack_from("<Q", data, 40)
    struct.pack_into("<I", data, at + 64 + 4, 8)
    return bytes(data)
