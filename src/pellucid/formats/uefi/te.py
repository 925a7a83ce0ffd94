"""Terse executables, PE images with a short header (UEFI Platform Initialization 1.8, volume 1, 15)."""

from struct import Struct

from pellucid.formats.span import Data

MAGIC = b"VZ"
HEADER = Struct("<2sHBBHIIQ")
MACHINES = {0x14C: "i386", 0x8664: "x86_64", 0x1C2: "thumb", 0x1C4: "arm", 0xAA64: "aarch64", 0x5064: "riscv64"}


def te_facts(data: Data, at: int) -> dict[str, str]:
    """What the header at `at` says; nothing when there is none."""
    if data[at : at + 2] != MAGIC or at + HEADER.size > len(data):
        return {}
    _, machine, _, subsystem, _, entry, _, base = HEADER.unpack_from(data, at)
    return {
        "machine": MACHINES.get(machine, f"0x{machine:04x}"),
        "subsystem": str(subsystem),
        "entryPoint": f"0x{entry:08x}",
        "imageBase": f"0x{base:x}",
    }
