"""Sections of EFI programs that hold files: unified kernel images, shim and GRUB.

UAPI.5 "Unified Kernel Image"; shim, SBAT.md and cert.S; GRUB, include/grub/kernel.h.
"""

from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Malformed
from pellucid.formats import pe
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Data, pieces, unpack

VENDOR = Struct("<IIII")
MODULES = Struct("<4s4xQQ")
MODULE = Struct("<II")
MODULES_MAGIC = b"mimg"
MOST_MODULES = 2000
FILES = {
    ".linux": "linux",
    ".initrd": "initrd",
    ".cmdline": "cmdline.txt",
    ".osrel": "os-release",
    ".uname": "uname.txt",
    ".splash": "splash.bmp",
    ".dtb": "dtb",
    ".dtbauto": "dtbauto",
    ".hwids": "hwids",
    ".ucode": "ucode",
    ".profile": "profile.txt",
    ".pcrsig": "pcrsig.json",
    ".pcrpkey": "pcrpkey.pem",
    ".efifw": "efifw",
    ".sbat": "sbat.csv",
    ".sbatlevel": "sbatlevel",
    ".data.ident": "ident.txt",
}
MODULE_TYPES = ("module.elf", "memdisk", "config.txt", "prefix.txt", "pubkey.gpg", "dtb", "shimLock")


def members(data: Data, image: pe.Image) -> Members:
    """The files; names may repeat, as a unified kernel image has several profiles."""
    names = set[str]()
    for section in image.sections:
        for member in _files(data, section):
            if isinstance(member, Malformed) or member.name not in names:
                if isinstance(member, Member):
                    names.add(str(member.name))
                yield member
            else:
                unique = next(
                    f"{member.name}.{number}" for number in range(2, 5000) if f"{member.name}.{number}" not in names
                )
                names.add(unique)
                yield Member(name=unique, chunks=member.chunks, facts=member.facts)


def _files(data: Data, section: pe.Section) -> Members:
    facts = {"section": section.name}
    if section.name in FILES:
        if section.used:
            yield Member(name=FILES[section.name], chunks=pieces(data, section.at, section.used), facts=facts)
    elif section.name == ".vendor_cert":
        yield from _vendor(data, section)
    elif section.name == "mods":
        yield from _modules(data, section)


def _vendor(data: Data, section: pe.Section) -> Members:
    """What shim trusts and what it refuses."""
    try:
        sizes = unpack(VENDOR, data, section.at)
    except Malformed as error:
        yield error
        return
    for name, size, offset in (("vendor-cert.der", sizes[0], sizes[2]), ("vendor-dbx.esl", sizes[1], sizes[3])):
        if size and offset + size <= section.size:
            facts = {"section": section.name}
            yield Member(name=name, chunks=pieces(data, section.at + offset, size), facts=facts)
        elif size:
            yield Malformed(f"{name}: it lies outside of its section")


def _modules(data: Data, section: pe.Section) -> Members:
    """Modules, configuration and file system that are built into GRUB."""
    try:
        for number, (kind, at, length) in enumerate(_headers(data, section)):
            ending = MODULE_TYPES[kind] if kind < len(MODULE_TYPES) else f"type{kind}"
            yield Member(name=f"grub/{number:03}-{ending}", chunks=pieces(data, at, length), facts={"section": "mods"})
    except Malformed as error:
        yield type(error)(f"mods: {error.message}")


def _headers(data: Data, section: pe.Section) -> Iterator[tuple[int, int, int]]:
    """(type, offset, length) of each; the length in the file counts the header."""
    magic, offset, size = unpack(MODULES, data, section.at)
    if magic != MODULES_MAGIC or not MODULES.size <= offset <= size <= section.size:
        raise Malformed("no modules of GRUB")
    at, end = section.at + offset, section.at + size
    for _ in range(MOST_MODULES):
        if at + MODULE.size > end:
            return
        kind, length = unpack(MODULE, data, at)
        if not MODULE.size <= length <= end - at:
            raise Malformed("a module has an impossible length")
        yield kind, at + MODULE.size, length - MODULE.size
        at += length
