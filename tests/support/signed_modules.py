"""Modules of the Linux kernel with signatures behind them, whose values sign nothing (scripts/sign-file.c)."""

import struct
from collections.abc import Iterator

from tests.support.elf_files import ARM, X86_64, Shape
from tests.support.elf_sections import with_sections
from tests.support.golden_case import Case
from tests.support.kernels import signed_module
from tests.support.signed_pe import oid, tlv

SHA1, SHA256, SHA512 = "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3"
RSA, DATA, SIGNED_DATA = "1.2.840.113549.1.1.1", "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
MODINFO = b"license=GPL\0name=thing\0vermagic=6.1.0 SMP mod_unload\0"
RELOCATABLE = 1
MODULE = Shape(bits=64, machine=X86_64)


def module(shape: Shape = MODULE, fields: bytes = b"retpoline=Y\0") -> bytes:
    return with_sections(shape, {".modinfo": fields + MODINFO}, type_=RELOCATABLE)


def signature(digest: str, name: str = "Kernel key", serial: int = 0x1234) -> bytes:
    """A message that names its digest and who signed; the key is named instead when there is no name."""
    common = tlv(0x30, tlv(0x31, tlv(0x30, oid("2.5.4.3"), tlv(0x0C, name.encode()))))
    who = tlv(0x30, common, tlv(0x02, serial.to_bytes(2, "big"))) if name else tlv(0x80, b"\xab\xcd")
    signer = tlv(0x30, tlv(0x02, b"\1"), who, tlv(0x30, oid(digest)), tlv(0x30, oid(RSA), tlv(5)), tlv(0x04, bytes(64)))
    body = tlv(0x30, tlv(0x02, b"\1"), tlv(0x31, tlv(0x30, oid(digest))), tlv(0x30, oid(DATA)), tlv(0x31, signer))
    return tlv(0x30, oid(SIGNED_DATA), tlv(0xA0, body))


def old_signature(data: bytes, digest: int, name: bytes) -> bytes:
    """As kernels before 4.3 have it: name, number of the key and value, then what these are."""
    key, value = b"\1\2\3\4", bytes(32)
    head = struct.pack(">5B3xI", 1, digest, 1, len(name), len(key), len(value))
    return data + name + key + value + head + b"~Module signature appended~\n"


def cases() -> Iterator[Case]:
    here = "hardening/module_hardening"
    yield Case(f"{here}/signed", signed_module(module(), signature(SHA256)), "a module that is signed with SHA-256")
    yield Case(f"{here}/weak", signed_module(module(), signature(SHA1)), "a module that is signed with SHA-1")
    yield Case(f"{here}/unsigned", module(Shape(machine=ARM), b""), "a module for ARM without a signature")
    broken = signed_module(module(), b"\x30\x02\5\0")
    yield Case(f"{here}/broken", broken, "a module with a signature that names nobody")
    yield Case(f"{here}/tool", with_sections(MODULE, {".rodata": b"vermagic=\0"}), "a program that reads modules")
