"""Golden inputs of Go: programs with build information in both of its formats, and files of modules."""

import struct
from collections.abc import Iterator

from tests.support.elf_files import BASE, EXECUTABLE, X86_64, Shape, elf_file
from tests.support.golden_case import Case
from tests.support.pe_images import image

MAGIC = b"\xff Go buildinf:"
START = bytes.fromhex("3077af0c92740802 41e1c107e6d618e6")
END = bytes.fromhex("f932433186182072 00824210 4116d8f2")
PROGRAM = Shape(bits=64, machine=X86_64, type=EXECUTABLE)
OLD = Shape(machine=40, type=EXECUTABLE)
MODULES = """\
path\texample.org/tool/cmd/tool
mod\texample.org/tool\t(devel)\t
dep\texample.org/local\tv1.0.0
=>\t./local\t(devel)\t
dep\texample.org/pkg/errors\tv0.8.1
=>\texample.org/Fork/errors\tv0.9.1\th1:4nJ4zcuJ2yzaZb7MUGrJgEpwOD9FW9CFkyZhZrfpqOs=
dep\texample.org/x/text\tv0.3.7+incompatible\th1:K7LF7LDWS6bv4Ozcp8lKBkbDXW55yBVCHV4aGZxlBrU=
build\t-ldflags="-s -w -X \\"main.version=1.2.3\\""
build\tCGO_ENABLED=0
build\tvcs.revision=0123456789abcdef0123456789abcdef01234567
"""
PACKAGE = """\
path\tgithub.com/docker/docker/cmd/dockerd
build\t-ldflags=" \\t-w -X \\"github.com/docker/docker/dockerversion.Version=20.10.24+dfsg1\\" "
build\t-tags=apparmor,seccomp
"""
RELEASED = "path\texample.org/tool\nmod\texample.org/tool\tv1.4.0\th1:abc=\n"
GO_MOD = b"""\
module example.org/tool

go 1.21.3

require (
\texample.org/x/text v0.14.0
\texample.org/x/sys v0.15.0 // indirect
\t"example.org/quoted" v1.0.0
)

require example.org/pkg/errors v0.8.1 // wanted

replace example.org/pkg/errors => example.org/fork/errors v0.9.1

replace example.org/x/sys v0.15.0 => ../sys
exclude example.org/x/text v0.13.0
"""
GO_SUM = b"""\
example.org/x/text v0.13.0/go.mod h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
example.org/x/text v0.14.0 h1:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=
example.org/x/text v0.14.0/go.mod h1:CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC=
example.org/x/sys v0.9.0 h1:DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD=
example.org/x/sys v0.15.0 h1:EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE=
"""


def inline(text: str, go: str = "go1.21.5") -> bytes:
    """Build information as Go writes it since 1.18."""
    marked = START + text.encode() + END if text else b""
    return MAGIC + b"\x08\x02" + bytes(16) + _varint(len(go)) + go.encode() + _varint(len(marked)) + marked


def pointed(text: str, address: int, go: str = "go1.15.9") -> bytes:
    """Build information as Go wrote it before 1.18, for 32-bit little-endian memory at `address`."""
    marked = START + text.encode() + END
    headers, texts = address + 32, address + 48
    return (
        MAGIC
        + struct.pack("<BBII8x", 4, 0, headers, headers + 8)
        + struct.pack("<4I", texts, len(go), texts + len(go), len(marked))
        + go.encode()
        + marked
    )


def cases() -> Iterator[Case]:
    name = "components/go_build_info"
    old = pointed(RELEASED, BASE + len(elf_file(OLD)))
    broken = pointed(RELEASED, 0x7000_0000)
    reads = MAGIC + b"\0no build information, but a program that looks for it in others"
    yield Case(f"{name}/modules", elf_file(PROGRAM, payload=inline(MODULES)), "a program with replaced modules")
    yield Case(f"{name}/packages", elf_file(PROGRAM, payload=inline(PACKAGE)), "a program built without modules")
    yield Case(f"{name}/pointers", elf_file(OLD, payload=old), "a program of Go 1.15 for ARM")
    yield Case(f"{name}/windows", image({".data": inline(RELEASED)}), "a program for Windows")
    yield Case(
        f"{name}/bare", elf_file(PROGRAM, payload=inline("", "devel go1.22-1a2b3c4 Mon")), "no modules, no release"
    )
    yield Case(f"{name}/astray", elf_file(OLD, payload=broken), "pointers that lead nowhere")
    yield Case(f"{name}/reader", elf_file(PROGRAM, payload=reads), "a program that reads build information")
    yield Case("components/go_mod/module", GO_MOD, "a go.mod with replacements and an exclusion")
    yield Case("components/go_mod/text", b"module example.org/tool is what it says\n", "prose that begins like one")
    yield Case("components/go_sum/sums", GO_SUM, "a go.sum with older versions")
    yield Case("components/go_sum/text", b"example.org/x/text v0.14.0 h1: is how a line begins\n", "prose")


def _varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])
