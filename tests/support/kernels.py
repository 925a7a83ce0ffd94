"""Linux kernels in miniature: the headers that boot loaders read, around payloads of ours."""

import gzip
import struct
import tempfile
from pathlib import Path

from tests.support.trees import run

CONFIG = b"CONFIG_MODULES=y\n# CONFIG_BUGS is not set\n" * 20
IKCONFIG = b"IKCFG_ST" + gzip.compress(CONFIG, mtime=0) + b"IKCFG_ED"
BANNER = b"Linux version 6.6.6 (builder@host) (gcc 13) #1 SMP\n"


def initramfs() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "init").write_bytes(b"#!/bin/sh\n" * 30)
        return run("cpio", "-o", "-H", "newc", "--quiet", cwd=Path(folder), feed=b"init\n")


def bzimage(payload: bytes, *, counted: bool = True, signed: bytes = b"") -> bytes:
    """Setup of two sectors; `signed`: it is an EFI program with certificates behind it."""
    setup_sectors, place = 2, 64
    body = bytes(place) + payload + (struct.pack("<I", 1234) if counted else b"") + b"\xcc" * 100
    body += bytes(-len(body) % 16)
    length = 512 * (setup_sectors + 1) + len(body)
    image = bytearray(512 * (setup_sectors + 1)) + body
    table = struct.pack("<I2H", 8 + len(signed), 0x200, 2) + signed if signed else b""
    version = b"6.6.6 (builder@host) #1 SMP\0"
    image[0x400 : 0x400 + len(version)] = version
    header = struct.pack(
        "<BHI3HHH4sHIHHBB", setup_sectors, 0, len(body) // 16, 0, 0, 0, 0xAA55, 0, b"HdrS", 0x20F, 0, 0, 0x200, 0, 1
    )
    image[0x1F1 : 0x1F1 + len(header)] = header
    struct.pack_into("<II", image, 0x248, place, len(payload) + 4 * counted)
    struct.pack_into("<QI", image, 0x258, 0x1000000, 0x300000)
    if signed:
        image[:2] = b"MZ"
        struct.pack_into("<I", image, 0x3C, 0x80)
        image[0x80:0x84] = b"PE\0\0"
        struct.pack_into("<H", image, 0x80 + 24, 0x20B)
        struct.pack_into("<II", image, 0x80 + 24 + 144, length, len(table))
    return bytes(image) + table


def zimage(payload: bytes, *trees: bytes, order: str = "<") -> bytes:
    image = bytearray(0x400) + payload + struct.pack("<I", 1234) + b"\xcc" * 60
    image += bytes(-len(image) % 4)
    struct.pack_into(f"{order}IIII", image, 0x24, 0x016F2818, 0x8000, 0x8000 + len(image), 0x04030201)
    return bytes(image) + b"".join(trees)


def device_tree(text: str = '/ { model = "board"; compatible = "a,b", "c,d"; };') -> bytes:
    return run("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", "-", feed=f"/dts-v1/; {text}".encode())


def flat_image(body: bytes, magic: bytes = b"ARM\x64") -> bytes:
    """An Image that takes more room in memory than in its file."""
    return struct.pack("<II3Q24x4sI", 0x91005A4D, 0x14000000, 0x80000, 64 + len(body) + 4096, 0x2, magic, 64) + body


def zboot(payload: bytes) -> bytes:
    return (
        struct.pack("<4s4s2I8x32s", b"MZ\0\0", b"zimg", 512, len(payload), b"gzip").ljust(512, b"\0")
        + payload
        + bytes(64)
    )


def elf_program(parts: bytes = b"", section: str = ".payload", *, wide: bool = True) -> bytes:
    """A program without a library whose data is `parts`; as a kernel when it has the `section` __ksymtab."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "parts").write_bytes(parts or b"nothing")
        source = (
            f'.globl _start\n_start: nop\n.section {section},"aw"\n.quad 1\n'
            '.section .parts,"aw"\n.balign 8\n.incbin "parts"\n.balign 8\n.section .bss\n.skip 9000\n'
        )
        width = ("--64", "elf_x86_64") if wide else ("--32", "elf_i386")
        run("as", width[0], "-o", "x.o", cwd=Path(folder), feed=source.encode())
        run("ld", "-m", width[1], "-o", "x", "x.o", cwd=Path(folder))
        return (Path(folder) / "x").read_bytes()


def signed_module(module: bytes, signature: bytes) -> bytes:
    return module + signature + struct.pack(">5B3xI", 0, 0, 2, 0, 0, len(signature)) + b"~Module signature appended~\n"
