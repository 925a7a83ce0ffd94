"""Terse executables, made byte by byte."""

import struct

MODULE = b"/build/Acme/DEBUG/AcmePei.dll"
CODE, DATA = 0x6000_0020, 0xC000_0040


def terse(
    machine: int = 0xAA64,
    *,
    stripped: int = 392,
    flags: int = CODE,
    entry: int = 0x250,
    alignment: int = 32,
    path: bytes = MODULE,
) -> bytes:
    """A module with .text and .data as GenFw packs it; addresses are offsets into the PE image that it was."""
    text_at = -(-(stripped + 120) // alignment) * alignment
    data_at = text_at + -(-512 // alignment) * alignment
    record = b"NB10" + bytes(12) + path + b"\0"
    debug = struct.pack("<II2HIIII", 0, 0, 0, 0, 2, len(record), data_at + 28, data_at + 28)
    head = struct.pack("<2sHBBHIIQ", b"VZ", machine, 2, 11, stripped, entry, text_at, 0x8000)
    head += struct.pack("<4I", 0, 0, data_at, len(debug))
    for name, at, right in ((b".text", text_at, flags), (b".data", data_at, DATA)):
        head += struct.pack("<8s6I2HI", name, 128, at, 128, at, 0, 0, 0, 0, right)
    whole = head.ljust(text_at - stripped + 40, b"\0") + bytes(range(128))
    return whole.ljust(data_at - stripped + 40, b"\0") + (debug + record).ljust(128, b"\0")
